# The few commands of a contributor; `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: help venv build test test-pure lint types bench docs ci clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

venv: $(BIN)/pytest ## a virtual environment with lambdapkl (editable) and the tools
$(BIN)/pytest: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -e '.[test,bench,dev,docs]' setuptools cython

build: venv ## compile the extension in place
	$(BIN)/python setup.py -q build_ext --inplace

test: build ## the tests on the compiled backend
	$(BIN)/python -m pytest -n 2

test-pure: venv ## the tests on the pure backend
	LAMBDAPKL_PURE=1 $(BIN)/python -m pytest -n 2

lint: venv ## ruff
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: build ## mypy and stubtest
	$(BIN)/mypy && $(BIN)/stubtest lambdapkl._fast

bench: build ## the benchmarks
	$(BIN)/python bench/run.py

docs: venv ## the site, strictly, into build/site
	$(BIN)/sphinx-build -W --keep-going -q docs build/site

ci: ## everything, as CI does it
	bash .ci/run

clean: ## remove what the other targets made
	rm -rf build dist $(VENV) src/*.egg-info src/lambdapkl/*.so

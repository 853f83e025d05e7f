# The few commands of a contributor; `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: help venv build test quick test-pure lint types bench docs soak fuzz asan ci clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

venv: $(BIN)/pytest ## a virtual environment with lambdapkl (editable) and the tools
$(BIN)/pytest: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -e '.[test,bench,dev,docs]' 'setuptools>=77' cython

build: venv ## compile the extension in place
	$(BIN)/python setup.py -q build_ext --inplace

test: build ## the tests on the compiled backend
	$(BIN)/python -m pytest -n 2

QUICK = tests/backends/test_corpus.py tests/reducers tests/rules tests/test_*.py
quick: build ## a part of the tests, in less than two minutes
	LAMBDAPKL_EVERY=20 $(BIN)/python -m pytest -q -n 2 $(QUICK)

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

SOAK ?= 600
soak: build ## what takes long: memory, leaks (valgrind), layouts, fuzzing for SOAK seconds each, many generated programs
	cd tests/soak && ../../$(BIN)/python -W ignore memory.py --count 6000000
	cd tests/soak && ../../$(BIN)/python leaks.py
	$(BIN)/python tests/soak/layouts.py
	cd tests/soak && ../../$(BIN)/python -W ignore fuzz.py constructors --seconds $(SOAK)
	cd tests/soak && ../../$(BIN)/python -W ignore fuzz.py payloads --seconds $(SOAK)
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -q tests/backends/test_generated.py tests/backends/test_stateful.py tests/forms/test_standalone.py
	LAMBDAPKL_ROUNDS=10000 $(BIN)/python -m pytest -q tests/frames/test_suspended.py -k no_reference_is_lost

FUZZ = build/fuzz/bin/python -W ignore tests/soak/guided.py
fuzz: ## fuzzing guided by coverage, under AddressSanitizer, SOAK seconds each (wants clang, and PYTHON to be 3.11 to 3.13)
	$(PYTHON) -m venv build/fuzz
	build/fuzz/bin/pip install -q atheris numpy
	CC=clang LDSHARED="clang -shared" CFLAGS="-O1 -g -fsanitize=address,fuzzer-no-link" \
	  build/fuzz/bin/pip install -q --no-cache-dir --force-reinstall --no-deps .
	for what in payloads constructors; do \
	  LD_PRELOAD=$$(build/fuzz/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/asan_with_fuzzer.so \
	  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=100 PYTHONMALLOC=malloc \
	  $(FUZZ) $$what --corpus build/corpus-$$what --seconds $(SOAK) || exit 1; \
	  LAMBDAPKL_PURE=1 $(FUZZ) $$what --corpus build/corpus-$$what --keep tests/soak/$$what.tar.xz || exit 1; \
	done

SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
REPORTS = $(abspath build/asan-reports)
# Reports go to files, so that those of child processes, whatever becomes of their output, are found.
SANITIZED = LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=4096:log_path=$(REPORTS)/asan \
  UBSAN_OPTIONS=print_stacktrace=1:log_path=$(REPORTS)/ubsan PYTHONMALLOC=malloc PYTHONPATH=$(abspath build/asan/src) $(abspath $(BIN))/python
# An overflow in a child of a child has to be reported, or a run without reports means nothing.
OVERFLOW = import ctypes; ctypes.memset(ctypes.create_string_buffer(100), 0, 200)
CONTROL = import subprocess, sys; subprocess.run([sys.executable, "-c", "$(OVERFLOW)"])
REPORTED = grep -rlE "ERROR: |runtime error: " $(REPORTS)
# These two run in threads with stacks of 256 KB, and frames are larger here.
ASAN_LEFT_OUT = not small_stack and not deeply_nested_constants
asan: venv ## the tests on a build with AddressSanitizer and UBSan (wants gcc), in build/asan; fails where there is a report
	rm -rf build/asan $(REPORTS) && mkdir -p build/asan $(REPORTS)
	cp -r src tests docs examples bench setup.py pyproject.toml README.md build/asan && rm -f build/asan/src/lambdapkl/*.so
	cd build/asan && LAMBDAPKL_REQUIRE_EXTENSION=1 CC=gcc CFLAGS="$(SANITIZE)" LDFLAGS="$(SANITIZE)" \
	  $(abspath $(BIN))/python setup.py -q build_ext --inplace
	cd build/asan && $(SANITIZED) -c '$(CONTROL)' && $(REPORTED) >/dev/null && rm -f $(REPORTS)/*
	cd build/asan && { $(SANITIZED) -m pytest -q -n 2 --ignore=tests/docs --ignore=tests/engines -k "$(ASAN_LEFT_OUT)" $(ASAN_TESTS); \
	  status=$$?; if $(REPORTED); then cat $(REPORTS)/*; exit 1; fi; exit $$status; }

ci: ## everything, as CI does it
	bash .ci/run

clean: ## remove what the other targets made
	rm -rf build dist $(VENV) src/*.egg-info src/lambdapkl/*.so

# The steps of CI, a function each.  `.ci/run` runs them all; `.ci/step NAME ARGUMENTS...` runs one, as the workflow does.
# They expect `top`, the clone, and `work`, a folder for what they make.
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1 PYTHONDONTWRITEBYTECODE=1

fail() { echo "FAILED: $*" >&2; exit 1; }

# readme_command NAME: the command in README.md below the mark <!-- NAME -->: its absence must not pass for its success.
readme_command() {
  sed -n "/^<!-- $1 -->/,/^\`\`\`\$/p" "$top/README.md" | grep -v -e '^<!--' -e '^```' || fail "README.md has no command <!-- $1 -->"
}

# step_readme NAME FOLDER: the command NAME of the README, as printed, in a fresh clone.
step_readme() {
  local command; command=$(readme_command "$1")
  git clone -q "$top" "$2" && cd "$2"
  echo "\$ $command"
  eval "$command"
}

# copy_tests FOLDER: the tests and what they read, so that nothing of the source tree is in reach.
copy_tests() { mkdir -p "$1" && cp -r "$top"/{tests,docs,examples,bench,pyproject.toml,README.md} "$1/"; }

# check_skipped NAME LOG: fail if more tests were skipped than .ci/skipped says for NAME.  Its figures are those of the
# machine of .ci/run, which sets KNOWN_MACHINE; elsewhere a platform skips others.
check_skipped() {
  local known count
  known=$(sed -n "s/^$1: //p" "$top/.ci/skipped")
  count=$(sed -n 's/.* \([0-9]*\) skipped.*/\1/p' "$2" | tail -1)
  echo "skipped: $1: ${count:-0} (known: ${known:-none})"
  [[ -n ${KNOWN_MACHINE:-} ]] || return 0
  [[ -n $known ]] || fail "$1: .ci/skipped has no figure"
  [[ ${count:-0} -le $known ]] || fail "$1: ${count:-0} tests were skipped, $known are known"
}

# tests_of NAME PYTHON FILE...: pytest in the current folder; NAME is that of the line in .ci/skipped.
tests_of() {
  local log; log=$(mktemp "$work/pytest.XXXX")
  "$2" -m pytest -q -n 2 -p no:cacheprovider "${@:3}" | tee "$log" || return 1
  check_skipped "$1" "$log"
}

# step_suite PYTHON BACKEND [FILE...]: the tests against what is installed, on the compiled or the pure backend.
# The pages of the documentation have a step of their own.  Of what is tried many times over (tests/support/sample.py), the
# test command of the README runs all, and this a part.
step_suite() {
  local away name; away=$(mktemp -d "$work/tests.XXXX")
  name="$("$1" -c 'import sys; print(sys.implementation.name, "%d.%d" % sys.version_info[:2])') $2"
  copy_tests "$away"
  (cd "$away" && "$1" "$top/.ci/check_install.py" "$2" &&
    LAMBDAPKL_EVERY=${LAMBDAPKL_EVERY:-8} tests_of "$name${3:+ part}" "$1" --ignore=tests/docs "${@:3}")
}

# step_distributions PYTHON FOLDER: the sdist, the wheel for this interpreter and the pure wheel; what an index would refuse
# or show badly, and files that belong to the sdist only or are missing there.
step_distributions() {
  "$1" -m pip install build twine check-wheel-contents pyroma
  "$1" -m build --sdist --outdir "$2" "$top"
  local sdist; sdist=$(ls "$2"/*.tar.gz)
  LAMBDAPKL_REQUIRE_EXTENSION=1 "$1" -m pip wheel --no-deps -w "$2" "$sdist"
  LAMBDAPKL_PURE=1 "$1" -m pip wheel --no-deps -w "$2" "$sdist"
  "$1" -m twine check --strict "$2"/*
  "$1" -m check_wheel_contents "$2"/*.whl
  LAMBDAPKL_PURE=1 "$1" -m pyroma --min=10 "$sdist"
  "$1" "$top/.ci/check_distributions.py" "$2"
}

# step_lint PYTHON: format and lint, the metadata, and the wheels that a release would have.
step_lint() {
  "$1" -m pip install ruff validate-pyproject cibuildwheel
  cd "$top"
  "$1" -m ruff check .
  "$1" -m ruff format --check .
  "$1" -m validate_pyproject pyproject.toml
  for platform in linux macos windows; do
    "$1" -m cibuildwheel --platform "$platform" --print-build-identifiers . | paste -sd' '
  done
}

# step_types PYTHON WHAT: mypy, and the stubs against the runtime; WHAT is what pip installs.
step_types() {
  "$1" -m pip install mypy numpy "$2"
  (cd "$top" && "$1" -m mypy)
  (cd "$work" && "$1" -m mypy.stubtest lambdapkl._fast)
}

# step_site PYTHON: the site, strictly (Sphinx), every snippet of its pages, notebooks.
step_site() {
  local away; away=$(mktemp -d "$work/docs.XXXX")
  copy_tests "$away"
  cd "$away"
  "$1" -m sphinx -W --keep-going -q docs site
  tests_of "site" "$1" tests/docs tests/tools/test_sessions.py tests/code/test_source.py
}

# step_engines PYTHON: joblib, Dask, Ray, PySpark (if there is a Java), Celery, RQ and Apache Beam.  One process: each engine is started
# once.  The guard is here for pandas, in a process of its own: Dask registers tblib's reducers for every exception with copyreg.
step_engines() {
  local away; away=$(mktemp -d "$work/engines.XXXX")
  copy_tests "$away"
  cd "$away"
  timeout 1500 "$1" -m pytest -q -p no:cacheprovider tests/engines | tee "$work/engines.txt"
  check_skipped "engines" "$work/engines.txt"
  tests_of "guard" "$1" tests/guard
  [[ -d $top/../shared/cases ]] || return 0
  "$1" "$top/../shared/cases/run" lambdapkl drop-in/engines/ | tee "$work/engine-cases.txt"
  ! grep '^skipped' "$work/engine-cases.txt" || fail "a case was skipped"
}

# The cases of ../shared/cases whose issue is resolved, and what they need besides the extra `test`.
CASES=(drop-in/ newcomer/ libraries/third_party/pydantic-error libraries/third_party/aiohttp-connection-error libraries/third_party/psycopg2-error)
CASE_PACKAGES=(pydantic aiohttp psycopg2-binary joblib)

# step_cases PYTHON CASES_FOLDER: they are right, compiled and pure, and none is skipped for a package that is installed.
# A package without a wheel for a new version of Python is named loudly.  Apache Beam is tested with the engines.  From 3.14
# on, joblib's workers do not end in the folder that `pythons` makes, and the original of "two-layouts" has another text.
step_cases() {
  local pure log package missing="apache_beam" known="none" is_new=
  if "$1" -c 'import sys; sys.exit(sys.version_info < (3, 14))'; then
    is_new=1 known="drop-in/exceptions/two-layouts:" missing+="|joblib"
  fi
  for package in "${CASE_PACKAGES[@]}"; do
    [[ -n $is_new && $package == joblib ]] && continue
    if ! "$1" -m pip install -q --only-binary :all: "$package" 2>"$work/pip.log"; then
      [[ -n $is_new ]] || { cat "$work/pip.log"; fail "$package cannot be installed"; }
      echo "!!! $package has no wheel for this version of Python: its cases are NOT RUN on it !!!"
      missing+="|${package%-binary}"
    fi
  done
  for pure in "" 1; do
    log=$(mktemp "$work/cases.XXXX")
    LAMBDAPKL_PURE=$pure "$1" "$2/run" lambdapkl "${CASES[@]}" | tee "$log" || true
    grep -q '^TOTAL' "$log" || fail "the cases did not run to their end"
    if grep -E '^(WRONG|CRASH|REFUSED)' "$log" | grep -vF "$known"; then fail "cases, LAMBDAPKL_PURE=$pure"; fi
    if grep '^skipped.*: needs ' "$log" | grep -vE "needs ($missing)\$"; then fail "a case was skipped for a module"; fi
  done
}

# step_without_compiler PYTHON: installs, runs the pure backend, and says so; an error if the extension is required.
step_without_compiler() {
  "$1" -m venv "$work/nocc"
  cd "$top"
  CC=/nonexistent PIP_QUIET=0 "$work/nocc/bin/pip" install -v . >"$work/nocc.log" 2>&1 || { tail "$work/nocc.log"; fail "pip install without a compiler"; }
  grep -q "the compiled backend was NOT built" "$work/nocc.log" || fail "nothing says that the backend is pure"
  (cd "$work" && nocc/bin/python "$top/.ci/check_install.py" pure)
  if CC=/nonexistent LAMBDAPKL_REQUIRE_EXTENSION=1 "$work/nocc/bin/pip" install --force-reinstall . >"$work/required.log" 2>&1; then
    fail "the extension was required, and its absence is no error"
  fi
  grep -q "LAMBDAPKL_REQUIRE_EXTENSION is set" "$work/required.log" || { tail "$work/required.log"; fail "it failed for another reason"; }
}

# step_pyodide WHEEL: the pure wheel on CPython in WebAssembly; status 75 of the runner means that it cannot be had here.
step_pyodide() {
  local status=0
  bash "$top/tests/pyodide/run" "$1" || status=$?
  [[ $status == 0 || $status == 75 ]] || fail "Pyodide"
  [[ $status == 75 ]] && echo "!!! Pyodide cannot be had on this machine: NOT TESTED on it !!!"
  return 0
}

#!/usr/bin/env bash
# on_other.sh NAME BACKEND: install the sdist of the current folder into a new venv, run the tests on it, and write its portable payloads.
set -euo pipefail
name=$1 backend=$2
sdist=$(ls ./*.tar.gz)
python -m venv --clear "venv-$name"
[[ $backend == compiled ]] && export LAMBDAPKL_REQUIRE_EXTENSION=1
"venv-$name/bin/pip" install -q "$sdist[test]"
"venv-$name/bin/python" "$(dirname "$0")/check_install.py" "$backend"
LAMBDAPKL_EVERY=8 "venv-$name/bin/python" -m pytest -q -n 2 -p no:cacheprovider --ignore=tests/docs
"venv-$name/bin/python" tests/forms/portable_cases.py dump portable

#!/usr/bin/env bash
# on_other.sh NAME BACKEND: install the sdist of the current folder into a new venv, run the tests and the cases on it, and write its portable payloads.
set -euo pipefail
name=$1 backend=$2
top=$(cd "$(dirname "$0")/.." && pwd)
work=$PWD/work-$name
mkdir -p "$work"
. "$top/.ci/steps.sh"
sdist=$(ls ./*.tar.gz)
python -m venv --clear "venv-$name"
[[ $backend == compiled ]] && export LAMBDAPKL_REQUIRE_EXTENSION=1
"venv-$name/bin/pip" install -q "$sdist[test]"
(step_suite "$PWD/venv-$name/bin/python" "$backend")
[[ $backend == pure ]] || (step_cases "$PWD/venv-$name/bin/python" "$PWD/cases")
"venv-$name/bin/python" "$top/tests/forms/portable_cases.py" dump portable

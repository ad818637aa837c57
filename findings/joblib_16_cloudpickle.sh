#!/usr/bin/env bash
# joblib 1.6 no longer holds cloudpickle, and needs the package of that name; up to 1.5 it held a copy and needed none.
# Seen with Python 3.11 on 2026-12-01:
#   joblib 1.5.3: joblib.externals.cloudpickle True, cloudpickle False
#   joblib 1.6.0: joblib.externals.cloudpickle False, cloudpickle True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.5.3 1.6.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet "joblib==$version"
  "$folder/$version/bin/python" - <<'PY'
import importlib.util
import joblib

held = importlib.util.find_spec("joblib.externals.cloudpickle") is not None
alone = importlib.util.find_spec("cloudpickle") is not None
print(f"joblib {joblib.__version__}: joblib.externals.cloudpickle {held}, cloudpickle {alone}")
assert (held, alone) == (joblib.__version__ == "1.5.3", joblib.__version__ == "1.6.0")
PY
done

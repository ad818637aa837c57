#!/usr/bin/env bash
# The wheel of pyarrow 17.0.0 installs more than `pyarrow`: top-level packages `benchmarks`, `cmake_modules`, `examples` and
# `scripts` land in site-packages. A project's own folder `benchmarks/` without an `__init__.py` is a namespace package, and a
# regular package elsewhere on the path wins over it: `import benchmarks.mine` fails although the folder is right here.
# Seen with Python 3.11 on 2026-11-30:
#   top level: benchmarks cmake_modules examples pyarrow scripts
#   import benchmarks.mine -> ModuleNotFoundError
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: pyarrow==17.0.0 "numpy<2.4"
cd "$room"; mkdir -p work/benchmarks; echo "here = True" > work/benchmarks/mine.py; cd work
top=$("$room/venv/bin/python" - <<'PYTHON'
from importlib.metadata import files
names = {str(f).split("/")[0] for f in files("pyarrow") if "/" in str(f)}
print(*sorted(n for n in names if n.isidentifier()))
PYTHON
)
found=$("$room/venv/bin/python" -c "
try:
    import benchmarks.mine; print('imported')
except ModuleNotFoundError:
    print('ModuleNotFoundError')")
echo "top level: $top"; echo "import benchmarks.mine -> $found"
[ "$top" = "benchmarks cmake_modules examples pyarrow scripts" ] && [ "$found" = ModuleNotFoundError ]

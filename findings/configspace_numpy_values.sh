#!/usr/bin/env bash
# ConfigSpace gives back other types than it was given: choices that are all of one type come out as NumPy scalars, those of
# mixed types as they went in. So a flag that is sampled is neither `True` nor `False` by identity, and the configuration cannot be
# written as JSON ("Object of type bool is not JSON serializable", which names NumPy's bool), until one of the choices is
# of another type: [True, "auto"] samples Python's True. Floats of a range are Python's.
# Seen with Python 3.11 on 2026-12-01:
#   ConfigSpace 1.2.2: [False, True] numpy.bool, [16, 32] numpy.int64, ['a', 'b'] numpy.str_, [True, 'auto'] bool or str, (0.1, 0.5) float
#   json.dumps: TypeError
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import json
from importlib.metadata import version
from ConfigSpace import Categorical, ConfigurationSpace, Float
space = ConfigurationSpace(seed=1)
choices = ([False, True], [16, 32], ["a", "b"], [True, "auto"])
space.add(*(Categorical(str(values), values) for values in choices), Float("(0.1, 0.5)", (0.1, 0.5)))
drawn = [dict(one) for one in space.sample_configuration(40)]
def types(name):
    full = {type(one[name]) for one in drawn}
    return " or ".join(sorted(t.__name__ if t.__module__ == "builtins" else f"{t.__module__}.{t.__name__}" for t in full))
names = [*map(str, choices), "(0.1, 0.5)"]
print(f"ConfigSpace {version('ConfigSpace')}:", ", ".join(f"{name} {types(name)}" for name in names))
try:
    print("json.dumps:", json.dumps(drawn[0]))
except TypeError:
    print("json.dumps: TypeError")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary ConfigSpace==1.2.2 numpy==2.4.6 scipy==1.17.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "ConfigSpace 1.2.2: [False, True] numpy.bool, [16, 32] numpy.int64, ['a', 'b'] numpy.str_, [True, 'auto'] bool or str, (0.1, 0.5) float
json.dumps: TypeError" ]

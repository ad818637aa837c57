#!/usr/bin/env bash
# SALib's fractional factorial (`sample.ff`, `analyze.ff`): a "main effect" is half of what textbooks, R's FrF2 and a difference of two
# means call so (it divides the contrast by all runs, not by half of them), and an interaction as well. Aliased interactions
# are each listed with the whole value: of a response that is a × b alone, the interaction of c with a dummy, which no run
# has varied on purpose, is as large as that of a and b. Nothing in the result says that the two cannot be told apart.
# Seen with Python 3.11 on 2026-12-01, of three factors in 8 runs:
#   SALib 1.6.0, y = a: ME of a 0.50, mean at 1 less mean at 0: 1.00
#   SALib 1.6.0, y = [a equals b]: IE of a and b 0.50, of c and dummy_0 0.50, the largest other 0.00
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
from importlib.metadata import version
from SALib.analyze import ff as analysis
from SALib.sample import ff as sampling
problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
runs = sampling.sample(problem)
a, b = runs[:, 0], runs[:, 1]
name = f"SALib {version('SALib')}"
main = analysis.analyze(problem, runs, a)["ME"][0]
print(f"{name}, y = a: ME of a {main:.2f}, mean at 1 less mean at 0: {a[a == 1].mean() - a[a == 0].mean():.2f}")
found = analysis.analyze(problem, runs, (a == b) * 1.0, second_order=True)
effects = dict(zip(found["interaction_names"], found["IE"]))
ab, c_dummy = effects.pop(("a", "b")), effects.pop(("c", "dummy_0"))
others = max(abs(value) for value in effects.values())
print(f"{name}, y = [a equals b]: IE of a and b {ab:.2f}, of c and dummy_0 {c_dummy:.2f}, the largest other {others:.2f}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary SALib==1.6.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "SALib 1.6.0, y = a: ME of a 0.50, mean at 1 less mean at 0: 1.00
SALib 1.6.0, y = [a equals b]: IE of a and b 0.50, of c and dummy_0 0.50, the largest other 0.00" ]

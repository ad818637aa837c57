#!/usr/bin/env bash
# A flag of true and false values is two levels to patsy and a number to formulaic, statsmodels' two formula engines. With an intercept both
# give the same effect. Without one, as ablation studies that want a mean per level are written (`loss ~ 0 + dropout`), patsy gives
# both means; formulaic gives one coefficient, the mean of the runs with the flag, and predicts 0 for those without. It has the look
# of an effect: 1.3 with p = .011, where the flag changes the loss by 0.3. As objects instead of bool, both agree again.
# Seen with Python 3.11 on 2026-12-01, of four runs each with means 1.0 (off) and 1.3 (on):
#   statsmodels 0.15.0, patsy 1.0.2: dropout[False] 1.0, dropout[True] 1.3; off predicted as 1.0
#   statsmodels 0.15.0, formulaic 1.2.2: dropout 1.3; off predicted as 0.0; as objects: dropout[False] 1.0, dropout[True] 1.3
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import os
from importlib.metadata import version
import pandas as pd
import statsmodels.formula.api as smf
runs = pd.DataFrame({"dropout": [False] * 4 + [True] * 4, "loss": [1.0, 1.1, 0.9, 1.0, 1.3, 1.4, 1.2, 1.3]})
def means(table):
    fit = smf.ols("loss ~ 0 + dropout", table).fit()
    return ", ".join(f"{name} {value:.1f}" for name, value in fit.params.items()), fit.fittedvalues.iloc[0]
engine = os.environ["SM_FORMULA_ENGINE"]
found, off = means(runs)
line = f"statsmodels {version('statsmodels')}, {engine} {version(engine)}: {found}; off predicted as {off:.1f}"
print(line + (f"; as objects: {means(runs.astype({'dropout': object}))[0]}" if engine == "formulaic" else ""))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: statsmodels==0.15.0 patsy==1.0.2 formulaic==1.2.2 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
seen=$(for engine in patsy formulaic; do SM_FORMULA_ENGINE=$engine "$room/venv/bin/python" -W ignore "$room/see.py"; done)
echo "$seen"
[ "$seen" = "statsmodels 0.15.0, patsy 1.0.2: dropout[False] 1.0, dropout[True] 1.3; off predicted as 1.0
statsmodels 0.15.0, formulaic 1.2.2: dropout 1.3; off predicted as 0.0; as objects: dropout[False] 1.0, dropout[True] 1.3" ]

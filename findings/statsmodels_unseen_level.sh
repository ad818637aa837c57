#!/usr/bin/env bash
# statsmodels 0.15 has two formula engines, and they differ on a level that the fit never saw. With patsy, the default,
# `predict` raises PatsyError. With formulaic (`SM_FORMULA_ENGINE=formulaic`, or the option) it returns the prediction of the
# reference level: a misspelt level gives a plausible number. formulaic warns that such levels are "cast to nan"; the
# prediction is no NaN.
# Seen with Python 3.11 on 2026-11-30:
#   statsmodels 0.15.0, formulaic 1.2.2: a 1.0, b 2.0, misspelt 1.0
#   statsmodels 0.15.0, patsy 1.0.3: a 1.0, b 2.0, misspelt PatsyError
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import sys
import pandas as pd
import statsmodels.formula.api as smf
from statsmodels.formula import options
options.formula_engine = sys.argv[1]
fit = smf.ols("y ~ x", pd.DataFrame({"x": list("aabb"), "y": [1.0, 1.0, 2.0, 2.0]})).fit()
def predicted(level):
    try:
        return round(float(fit.predict(pd.DataFrame({"x": [level]})).iloc[0]), 6)
    except Exception as error:
        return type(error).__name__
print(", ".join(f"{level} {predicted(level)}" for level in ("a", "b", "misspelt")))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check statsmodels==0.15.0 formulaic==1.2.2 patsy==1.0.3 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
seen() { "$room/venv/bin/python" "$room/see.py" "$1" 2> "$room/$1.log"; }
new=$(seen formulaic); old=$(seen patsy)
grep -q "cast to nan" "$room/formulaic.log"
echo "statsmodels 0.15.0, formulaic 1.2.2: $new"
echo "statsmodels 0.15.0, patsy 1.0.3: $old"
[ "$new" = "a 1.0, b 2.0, misspelt 1.0" ] && [ "$old" = "a 1.0, b 2.0, misspelt PatsyError" ]

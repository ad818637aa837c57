#!/usr/bin/env bash
# marginaleffects 0.6.0 asks for polars without an upper bound, and pip takes polars 2, in which is_in between floats and whole numbers
# is an error. It asks each column of a model whether it is a flag in this way, the response too, so that no model with a
# response of floats can be asked for an effect, whatever the flag's type. Its error speaks of is_in and names no column.
# Seen with Python 3.11 on 2026-11-30:
#   marginaleffects 0.6.0 asks for polars>=1.26.0, polars 2.1.0: flag of whole numbers: InvalidOperationError; of truth values: InvalidOperationError; all whole numbers: effect 2.0
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
from importlib.metadata import requires, version
import marginaleffects
import pandas as pd
import statsmodels.formula.api as smf
def asked(flag, loss):
    fit = smf.ols("loss ~ flag", pd.DataFrame({"flag": flag, "loss": loss})).fit()
    try:
        return f"effect {marginaleffects.avg_comparisons(fit, variables='flag')['estimate'][0]:.1f}"
    except Exception as error:
        return type(error).__name__
LOSS = [1.0, 2.5, 2.0, 3.5]
whole, truth = asked([0, 0, 1, 1], LOSS), asked([False, False, True, True], LOSS)
counts = asked([0, 0, 1, 1], [1, 2, 3, 4])
need = next(one for one in requires("marginaleffects") if one.startswith("polars"))
print(f"marginaleffects {version('marginaleffects')} asks for {need}, polars {version('polars')}: flag of whole numbers: {whole}; "
      f"of truth values: {truth}; all whole numbers: {counts}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check marginaleffects==0.6.0 polars==2.1.0 statsmodels==0.15.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 formulaic==1.2.2 pyarrow==26.0.1
seen=$(cd "$room" && "$room/venv/bin/python" -W ignore see.py)
echo "$seen"
[ "$seen" = "marginaleffects 0.6.0 asks for polars>=1.26.0, polars 2.1.0: flag of whole numbers: InvalidOperationError; of truth values: InvalidOperationError; all whole numbers: effect 2.0" ]

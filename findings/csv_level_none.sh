#!/usr/bin/env bash
# A level called None, as `str(None)` writes it into a table of runs, is a missing value to pandas and a text to polars, DuckDB and pyarrow. A
# formula of statsmodels then drops these runs without a word, and the next level is the reference: the effect of "spatial"
# against "None", −0.20, is not there, and an effect of the same name with the other sign is. Dummies (`get_dummies`) keep the runs, with
# a mean of zero for them where there is no intercept.
# Seen with Python 3.11 on 2026-12-01, of None, spatial and channel with two runs each (mean losses 1.05, 0.85, 0.675):
#   pandas 3.1.1: 2 of 6 missing; polars 2.1.0, DuckDB 2.0.1, pyarrow 26.0.1: 0, 0, 0
#   statsmodels 0.15.0: formula: 4 runs, spatial +0.175; dummies: 6 runs, None predicted as 0.00
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import sys
import duckdb, pandas as pd, polars as pl, pyarrow, pyarrow.csv
import statsmodels, statsmodels.api as sm, statsmodels.formula.api as smf
path = sys.argv[1] + "/runs.csv"
losses = {None: (1.0, 1.1), "spatial": (0.9, 0.8), "channel": (0.7, 0.65)}
with open(path, "w") as file:
    file.write("attention,loss\n")
    file.writelines(f"{level},{loss}\n" for level, both in losses.items() for loss in both)
runs = pd.read_csv(path)
others = (
    pl.read_csv(path)["attention"].null_count(),
    duckdb.sql(f"select count(*) from '{path}' where attention is null").fetchall()[0][0],
    pyarrow.csv.read_csv(path)["attention"].null_count,
)
print(f"pandas {pd.__version__}: {runs.attention.isna().sum()} of {len(runs)} missing; "
      f"polars {pl.__version__}, DuckDB {duckdb.__version__}, pyarrow {pyarrow.__version__}: " + ", ".join(map(str, others)))
formula = smf.ols("loss ~ attention", runs).fit()
dummies = sm.OLS(runs.loss, pd.get_dummies(runs[["attention"]]).astype(float)).fit()
print(f"statsmodels {statsmodels.__version__}: formula: {formula.nobs:.0f} runs, spatial {formula.params['attention[T.spatial]']:+.3f}; "
      f"dummies: {dummies.nobs:.0f} runs, None predicted as {dummies.fittedvalues.iloc[0]:.2f}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: pandas==3.1.1 numpy==2.4.6 polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1 statsmodels==0.15.0 scipy==1.17.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py" "$room")
echo "$seen"
[ "$seen" = "pandas 3.1.1: 2 of 6 missing; polars 2.1.0, DuckDB 2.0.1, pyarrow 26.0.1: 0, 0, 0
statsmodels 0.15.0: formula: 4 runs, spatial +0.175; dummies: 6 runs, None predicted as 0.00" ]

#!/usr/bin/env bash
# A run that diverged has the loss NaN. pandas writes it to Parquet as a missing value, polars as the number NaN, and readers
# tell the two apart: the mean of pandas' file leaves the run out everywhere, that of polars' file is NaN in polars and DuckDB, in
# pandas not. DuckDB holds NaN for the largest number, polars' `max` passes it over. So whether a diverged run spoils a table,
# vanishes, or is the worst, depends on who wrote the file and who reads it; infinity is kept by all.
# Seen with Python 3.11 on 2026-12-01 (losses 0.1, NaN, 0.3):
#   pandas 3.1.1, polars 2.1.0, DuckDB 2.0.1, pyarrow 26.0.1:
#   written by pandas: means 0.2 0.2 0.2, largest 0.3 0.3 0.3; written by polars: means 0.2 nan nan, largest 0.3 0.3 nan
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import os, sys
import duckdb, pandas as pd, polars as pl, pyarrow
os.chdir(sys.argv[1])
table = {"dropout": [False, True, True], "loss": [0.1, float("nan"), 0.3]}
pd.DataFrame(table).to_parquet("pandas.parquet")
pl.DataFrame(table).write_parquet("polars.parquet")
def read(name):
    a, b = pd.read_parquet(name)["loss"], pl.read_parquet(name)["loss"]
    mean, largest = duckdb.sql(f"select avg(loss), max(loss) from '{name}'").fetchall()[0]
    means = " ".join(f"{value:.2g}" for value in (a.mean(), b.mean(), mean))
    return f"means {means}, largest " + " ".join(f"{value:.2g}" for value in (a.max(), b.max(), largest))
print(f"pandas {pd.__version__}, polars {pl.__version__}, DuckDB {duckdb.__version__}, pyarrow {pyarrow.__version__}:",
      "; ".join(f"written by {writer}: {read(writer + '.parquet')}" for writer in ("pandas", "polars")))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py" "$room")
echo "$seen"
[ "$seen" = "pandas 3.1.1, polars 2.1.0, DuckDB 2.0.1, pyarrow 26.0.1: written by pandas: means 0.2 0.2 0.2, largest 0.3 0.3 0.3; written by polars: means 0.2 nan nan, largest 0.3 0.3 nan" ]

#!/usr/bin/env bash
# The order of levels does not survive the way between data frames, not even where levels are text. An ordered category of pandas in Parquet is a
# plain Categorical in polars 2 (sorted by letters: large, mid, small) and text in DuckDB, and what DuckDB writes from its ENUM is text;
# while an Enum of polars comes to pandas as an ordered category. From pandas the order goes to pandas alone.
# Seen with Python 3.11 on 2026-11-30:
#   polars 2.1.0: ['large', 'mid', 'small']; DuckDB 2.0.1 reads: str; writes: str; an Enum in pandas 3.1.1: ['small', 'mid', 'large'], ordered: True; pandas itself: True
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import os, tempfile
import duckdb
import pandas as pd
import polars as pl
LEVELS = ["small", "mid", "large"]
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pd.DataFrame({"size": pd.Categorical(LEVELS, LEVELS, ordered=True)}).to_parquet("pandas.parquet")
    pl.DataFrame({"size": pl.Series(LEVELS, dtype=pl.Enum(LEVELS))}).write_parquet("polars.parquet")
    duckdb.sql("copy (select 'small'::ENUM('small', 'mid', 'large') as size) to 'duckdb.parquet'")
    in_polars = pl.read_parquet("pandas.parquet")["size"].sort().to_list()
    in_duckdb = duckdb.sql("select * from 'pandas.parquet'").df()["size"].dtype
    of_duckdb = pd.read_parquet("duckdb.parquet")["size"].dtype
    of_polars = pd.read_parquet("polars.parquet")["size"].cat
    itself = pd.read_parquet("pandas.parquet")["size"].cat.ordered
    os.chdir("/")
print(f"polars {pl.__version__}: {in_polars}; DuckDB {duckdb.__version__} reads: {in_duckdb}; writes: {of_duckdb}; "
      f"an Enum in pandas {pd.__version__}: {list(of_polars.categories)}, ordered: {of_polars.ordered}; pandas itself: {itself}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: pandas==3.1.1 numpy==2.4.6 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "polars 2.1.0: ['large', 'mid', 'small']; DuckDB 2.0.1 reads: str; writes: str; an Enum in pandas 3.1.1: ['small', 'mid', 'large'], ordered: True; pandas itself: True" ]

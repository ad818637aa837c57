#!/usr/bin/env bash
# An ordered categorical column of numbers or booleans does not survive Parquet: pandas writes it and reads it back as plain
# int64, float64 or bool. Its order, which need not be that of the numbers, and levels that no row has are gone, without a
# word; `DataFrame.equals` aside, nothing tells. A column of text keeps all three, so a table of both loses half of them.
# Seen with Python 3.11 on 2026-11-30:
#   pandas 3.1.1, pyarrow 26.0.1: int64 -> int64; float64 -> float64; bool -> bool; str -> category, ordered, 3 levels
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import pandas as pd
LEVELS = {"int64": [3, 1, 2], "float64": [0.3, 0.1, 0.2], "bool": [True, False], "str": ["c", "a", "b"]}
def told(dtype):
    if not isinstance(dtype, pd.CategoricalDtype):
        return str(dtype)
    return f"category, {'ordered' if dtype.ordered else 'not ordered'}, {len(dtype.categories)} levels"
seen = []
for kind, levels in LEVELS.items():
    column = pd.Categorical([levels[1], levels[0]], levels, ordered=True)
    pd.DataFrame({"x": column}).to_parquet("x.parquet")
    seen.append(f"{column.categories.dtype} -> {told(pd.read_parquet('x.parquet')['x'].dtype)}")
print("; ".join(seen))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 numpy==2.4.6
seen=$(cd "$room" && "$room/venv/bin/python" see.py)
echo "pandas 3.1.1, pyarrow 26.0.1: $seen"
[ "$seen" = "int64 -> int64; float64 -> float64; bool -> bool; str -> category, ordered, 3 levels" ]

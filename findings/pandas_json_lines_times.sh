#!/usr/bin/env bash
# pandas' JSON reader makes dates of numbers by the name of their column: one that ends in _time or _at (and some others) becomes
# a date where its numbers are large enough to be one, that is above 31,536,000. So a time of a step in nanoseconds, as time.perf_counter_ns
# gives it, is a day of 1971, while the same column in a faster run (below 32 ms) stays a number. Texts of digits become numbers
# in the same call: seed 007 is 7. Without convert_dates and dtype both stay what they were.
# Seen with Python 3.11 on 2026-11-30:
#   pandas 3.1.1: 45 ms: datetime64[us] 1971-06-05; 25 ms: int64 25000000; asked not to: int64 45000000
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import io, json
import pandas as pd
def read(nanoseconds, **options):
    line = json.dumps({"step_time": nanoseconds, "loss": 0.1})
    column = pd.read_json(io.StringIO(line + "\n"), lines=True, **options)["step_time"]
    return f"{column.dtype} {str(column[0]).split()[0]}"
slow, fast, plain = read(45_000_000), read(25_000_000), read(45_000_000, convert_dates=False)
print(f"pandas {pd.__version__}: 45 ms: {slow}; 25 ms: {fast}; asked not to: {plain}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: pandas==3.1.1 numpy==2.4.6
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "pandas 3.1.1: 45 ms: datetime64[us] 1971-06-05; 25 ms: int64 25000000; asked not to: int64 45000000" ]

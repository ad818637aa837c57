#!/usr/bin/env bash
# statsmodels' multipletests takes p-values that are NaN (an effect that no run tells apart has such a one) without a word, and what
# comes of them depends on the method: Bonferroni and Holm count each NaN as a test, so that all others become larger, while
# Hommel, Simes–Hochberg and Benjamini–Hochberg make every p-value NaN and reject nothing. scipy's false_discovery_control
# raises. Drop them first.
# Seen with Python 3.11 on 2026-12-01, of the p-values 0.01, 0.02, NaN and 0.04:
#   statsmodels 0.15.0 without the NaN: holm 0.03 0.04 0.04, fdr_bh 0.03 0.03 0.04
#   statsmodels 0.15.0 with it: bonferroni 0.04 0.08 nan 0.16, holm 0.04 0.06 nan 0.08, hommel nan nan nan nan, simes-hochberg
#   and fdr_bh the same
#   scipy 1.17.1: ValueError
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import scipy, statsmodels
from statsmodels.stats.multitest import multipletests
def adjusted(method, p):
    return f"{method} " + " ".join(f"{value:.2g}" for value in multipletests(p, method=method)[1])
with_nan = [0.01, 0.02, float("nan"), 0.04]
without = [0.01, 0.02, 0.04]
name = f"statsmodels {statsmodels.__version__}"
print(f"{name} without the NaN:", ", ".join(adjusted(method, without) for method in ("holm", "fdr_bh")))
print(f"{name} with it:", ", ".join(adjusted(m, with_nan) for m in ("bonferroni", "holm", "hommel", "simes-hochberg", "fdr_bh")))
try:
    print(f"scipy {scipy.__version__}:", scipy.stats.false_discovery_control(with_nan))
except ValueError:
    print(f"scipy {scipy.__version__}: ValueError")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6 pandas==3.1.1 patsy==1.0.3
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "statsmodels 0.15.0 without the NaN: holm 0.03 0.04 0.04, fdr_bh 0.03 0.03 0.04
statsmodels 0.15.0 with it: bonferroni 0.04 0.08 nan 0.16, holm 0.04 0.06 nan 0.08, hommel nan nan nan nan, simes-hochberg nan nan nan nan, fdr_bh nan nan nan nan
scipy 1.17.1: ValueError" ]

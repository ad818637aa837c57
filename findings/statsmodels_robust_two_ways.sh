#!/usr/bin/env bash
# statsmodels has two ways to the same robust standard errors, with different p-values: fit(cov_type="HC3") compares with the
# normal distribution, get_robustcov_results("HC3") of an ordinary fit with Student's t. In a small study this is the difference
# between p = .002 and p = .022 from one estimate and one standard error; use_t=True in the first makes them agree.
# Seen with Python 3.11 on 2026-11-30:
#   statsmodels 0.15.0: same error: True; fit: z, p = 0.0022; get_robustcov_results: t, p = 0.0221; fit with use_t: p = 0.0221
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import numpy as np
import statsmodels
import statsmodels.api as sm
noise = np.random.default_rng(0).normal(size=8)
dropout = np.repeat([0.0, 1.0], 4)
model = sm.OLS(noise + 1.2 * dropout, sm.add_constant(dropout))
one, other = model.fit(cov_type="HC3"), model.fit().get_robustcov_results("HC3")
asked = model.fit(cov_type="HC3", use_t=True)
same = bool(np.isclose(one.bse[1], other.bse[1], rtol=1e-12))
kind = {True: "t", False: "z"}
print(f"statsmodels {statsmodels.__version__}: same error: {same}; fit: {kind[one.use_t]}, p = {one.pvalues[1]:.4f}; "
      f"get_robustcov_results: {kind[other.use_t]}, p = {other.pvalues[1]:.4f}; fit with use_t: p = {asked.pvalues[1]:.4f}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: statsmodels==0.15.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "statsmodels 0.15.0: same error: True; fit: z, p = 0.0022; get_robustcov_results: t, p = 0.0221; fit with use_t: p = 0.0221" ]

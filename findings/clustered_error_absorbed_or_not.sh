#!/usr/bin/env bash
# Paired seeds, error clustered by seed: the same model gives two errors that differ by the square root of two, by how the seeds enter.
# Absorbed (pyfixest), their intercepts do not count among the parameters of the small-sample factor, as they are nested in the clusters; as
# dummies (statsmodels), they do. With two runs a seed the factor (n - 1)/(n - k) is twice as large there. Effects and classical
# errors of both are equal to the last digits; clustered p-values are .0020 and .0161.
# Seen with Python 3.11 on 2026-11-30:
#   pyfixest 0.60.0, statsmodels 0.15.0: same effect: True; classical error: ratio 1.0000; clustered: ratio 1.4142, p = 0.0020 and 0.0161
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import numpy as np
import pandas as pd
import pyfixest as pf
import statsmodels
import statsmodels.formula.api as smf
runs = pd.DataFrame({"dropout": np.tile([0, 1], 12), "seed": np.repeat(range(12), 2)})
runs["loss"] = np.random.default_rng(0).normal(size=24) + 0.5 * runs.dropout + 0.3 * runs.seed
absorbed = pf.feols("loss ~ dropout | seed", runs, vcov="iid")
clustered = pf.feols("loss ~ dropout | seed", runs, vcov={"CRV1": "seed"})
dummies = smf.ols("loss ~ dropout + C(seed)", runs).fit()
groups = smf.ols("loss ~ dropout + C(seed)", runs).fit(cov_type="cluster", cov_kwds={"groups": runs.seed}, use_t=True)
same = bool(np.isclose(absorbed.coef().iloc[0], dummies.params["dropout"]))
print(f"pyfixest {pf.__version__}, statsmodels {statsmodels.__version__}: same effect: {same}; "
      f"classical error: ratio {dummies.bse['dropout'] / absorbed.se().iloc[0]:.4f}; "
      f"clustered: ratio {groups.bse['dropout'] / clustered.se().iloc[0]:.4f}, "
      f"p = {clustered.pvalue().iloc[0]:.4f} and {groups.pvalues['dropout']:.4f}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: pyfixest==0.60.0 statsmodels==0.15.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 polars==2.1.0
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "pyfixest 0.60.0, statsmodels 0.15.0: same effect: True; classical error: ratio 1.0000; clustered: ratio 1.4142, p = 0.0020 and 0.0161" ]

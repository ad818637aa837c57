#!/usr/bin/env bash
# statsmodels' GLM with counts of successes and failures, and a dispersion from Pearson's X2 (fit(scale="X2"), the quasi-binomial model):
# the dispersion is divided by the trials once more. With hundreds of test images a run it says .014 where runs vary eleven times as
# much as the binomial law allows, so errors are 27 times too small. The same model as shares with var_weights is right, and the
# result of the first contradicts itself: its scale is not its pearson_chi2 / df_resid.
# Seen with Python 3.11 on 2026-11-30:
#   statsmodels 0.15.0: X2/df by hand: 10.9198; counts: scale 0.0144, error 0.00540; shares: scale 10.9198, error 0.14848; counts, its own pearson_chi2/df: 10.9198
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import numpy as np
import statsmodels
import statsmodels.api as sm
rng = np.random.default_rng(0)
trials = np.tile([500, 1000], 8)
dropout = np.repeat([0.0, 1.0], 8)
correct = rng.binomial(trials, rng.beta(80, 20, 16))
model = sm.add_constant(dropout)
counts = sm.GLM(np.column_stack([correct, trials - correct]), model, sm.families.Binomial()).fit(scale="X2")
shares = sm.GLM(correct / trials, model, sm.families.Binomial(), var_weights=trials).fit(scale="X2")
mean = np.array([correct[dropout == on].sum() / trials[dropout == on].sum() for on in dropout])
by_hand = np.sum((correct - trials * mean) ** 2 / (trials * mean * (1 - mean))) / (16 - 2)
print(f"statsmodels {statsmodels.__version__}: X2/df by hand: {by_hand:.4f}; "
      f"counts: scale {counts.scale:.4f}, error {counts.bse[1]:.5f}; shares: scale {shares.scale:.4f}, error {shares.bse[1]:.5f}; "
      f"counts, its own pearson_chi2/df: {counts.pearson_chi2 / counts.df_resid:.4f}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: statsmodels==0.15.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "statsmodels 0.15.0: X2/df by hand: 10.9198; counts: scale 0.0144, error 0.00540; shares: scale 10.9198, error 0.14848; counts, its own pearson_chi2/df: 10.9198" ]

#!/usr/bin/env bash
# The columns `param_…` of scikit-learn's `cv_results_` do not hold what was tried. Values of one parameter are joined to one dtype, so of
# True, 2 comes 1, 2, and of max_features = 1, 1.0 (one feature, all of them) comes 1.0, 1.0: two levels are one. Where grids are a list,
# a parameter that a candidate did not have is masked, and what reads the column as a plain array (`np.asarray`, a plot) gets some truth value
# or number instead; a DataFrame keeps the gaps and makes floats of whole numbers. `params`, the list of dictionaries, has all as it was.
# Seen with Python 3.11 on 2026-12-01:
#   scikit-learn 1.9.1: [True, 2] -> [1, 2]; [1, 1.0] -> [1.0, 1.0]; params [True, 2]
#   grids of a alone and b alone: 2 of 4 values of b masked, as an array: bool, none missing; a in a DataFrame: [1.0, 2.0, nan, nan]
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import numpy as np, pandas as pd, sklearn
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.model_selection import GridSearchCV
class Mean(RegressorMixin, BaseEstimator):
    def __init__(self, a=1, b=True):
        self.a, self.b = a, b
    def fit(self, X, y):
        self.mean_ = float(np.mean(y))
        return self
    def predict(self, X):
        return np.full(len(X), self.mean_)
X = np.arange(8.0)[:, None]
def results(grid):
    return GridSearchCV(Mean(), grid, cv=2).fit(X, X[:, 0]).cv_results_
mixed, alike, both = results({"a": [True, 2]}), results({"a": [1, 1.0]}), results([{"a": [1, 2]}, {"b": [True, False]}])
print(f"scikit-learn {sklearn.__version__}: [True, 2] -> {mixed['param_a'].tolist()}; [1, 1.0] -> {alike['param_a'].tolist()}; "
      f"params {[one['a'] for one in mixed['params']]}")
b = both["param_b"]
missing = "none missing" if not pd.isna(np.asarray(b)).any() else "some missing"
print(f"grids of a alone and b alone: {b.mask.sum()} of {len(b)} values of b masked, as an array: {np.asarray(b).dtype}, {missing}; "
      f"a in a DataFrame: {pd.DataFrame(both)['param_a'].tolist()}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "scikit-learn 1.9.1: [True, 2] -> [1, 2]; [1, 1.0] -> [1.0, 1.0]; params [True, 2]
grids of a alone and b alone: 2 of 4 values of b masked, as an array: bool, none missing; a in a DataFrame: [1.0, 2.0, nan, nan]" ]

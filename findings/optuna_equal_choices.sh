#!/usr/bin/env bash
# Optuna stores a categorical choice by equality: of choices that are equal in Python and differ in meaning, a trial keeps
# the first. scikit-learn's max_features is such a case: 1 is one feature, 1.0 all of them. The objective gets 1.0, and what
# is stored, shown and fed to importances says 1 (and so for 0 and False). Two thirds of the runs land in one level, and nothing
# warns. ConfigSpace 1.2.2 refuses the same list.
# Seen with Python 3.11 on 2026-11-30:
#   optuna 5.0.0: trained with 1 1.0 2; stored as 1 1 2
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
trained = []
def objective(trial):
    trained.append(trial.suggest_categorical("max_features", [1, 1.0, 2]))
    return 0.0
grid = optuna.samplers.GridSampler({"max_features": [1, 1.0, 2]}, seed=0)
study = optuna.create_study(sampler=grid)
study.optimize(objective)
pairs = sorted(zip(trained, (trial.params["max_features"] for trial in study.trials)), key=repr)
told, stored = (" ".join(str(pair[i]) for pair in pairs) for i in (0, 1))
print(f"optuna {optuna.__version__}: trained with {told}; stored as {stored}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: optuna==5.0.0 numpy==2.4.6
seen=$("$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "optuna 5.0.0: trained with 1 1.0 2; stored as 1 1 2" ]

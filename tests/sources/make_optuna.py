"""Has Optuna 5.0.0 write a study of 24 trials into SQLite, and one into a journal."""

from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from planted import ACTS, OPTIMIZERS, RUNS, write


def objective(trial: optuna.Trial) -> float:
    run = RUNS[trial.number]
    assert trial.suggest_categorical("act", ACTS) == run.act
    assert trial.suggest_categorical("opt.name", OPTIMIZERS) == run.optimizer
    trial.set_user_attr("seed", run.seed)
    if run.fails:
        raise FloatingPointError("planted")
    return run.loss


def fill(storage: object) -> None:
    study = optuna.create_study(storage=storage, study_name="planted")
    for run in RUNS:
        study.enqueue_trial({"act": run.act, "opt.name": run.optimizer})
    study.optimize(objective, n_trials=len(RUNS), catch=(FloatingPointError,))


def make(folder: Path) -> None:
    fill(f"sqlite:///{folder}/optuna.db")
    fill(JournalStorage(JournalFileBackend(f"{folder}/journal.log")))


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    write("optuna", "optuna", make)

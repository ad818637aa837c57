"""A peer: Optuna's grid sampler, whose objective is `peer_fit.fit`, in one process as its tutorial does.

python -m benchmarks.peer_optuna '{"flags.batch_norm": ["false", "true"], "seed": ["0", "1"]}'
"""

import json
import sys

try:
    import optuna
except ModuleNotFoundError:
    sys.exit("Optuna is not installed: pip install 'ablation-study[bench]'")

from benchmarks.peer_fit import fit
from benchmarks.spent import tell


def main() -> None:
    levels: dict[str, list[str]] = json.loads(sys.argv[1])
    spent = []

    def objective(trial: optuna.Trial) -> float:
        chosen = {name: trial.suggest_categorical(name, names) for name, names in levels.items()}
        seed = chosen.pop("seed")
        loss, took = fit(" ".join([*(f"{name}={level}" for name, level in chosen.items()), seed]))
        spent.append(took)
        return loss

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.GridSampler(levels))
    study.optimize(objective)  # it ends with the grid
    tell(spent)


if __name__ == "__main__":
    main()

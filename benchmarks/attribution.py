"""What several tools say of the same rows: the numbers of docs/attribution.md.

Each is the real package, in an environment of its own beside this repository:

    python -m venv /tmp/tools
    /tmp/tools/bin/pip install optuna==5.0.0 shap hypershap scikit-learn pyarrow statsmodels tabulate
    apt-get install r-cran-irace          # R and irace; without Rscript its column is left out
    PYTHONPATH=. /tmp/tools/bin/python -m benchmarks.attribution

`quick96.parquet` has runs of `ablation sweep quick`, `perceptron24.parquet` those of `benchmarks.perceptron`;
the others are made here, with effects that are known. Changes go from the first levels to the others; of a
factor with several, to the one with the best mean: the tools know no other way.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from ablation.analysis import Analysis, analyze

ROWS = Path(__file__).parent / "rows"


@dataclass(frozen=True)
class Case:
    """Rows to explain: factors → levels, the first being where changes start."""

    name: str
    rows: pd.DataFrame
    factors: Mapping[str, Sequence[str]]

    def analysis(self) -> Analysis:
        rows = self.rows.assign(
            **{f: pd.Categorical(self.rows[f], levels) for f, levels in self.factors.items()}
        )
        return analyze(rows, "loss", list(self.factors), block="seed", direction="lower", scale="identity")

    @property
    def source(self) -> dict[str, str]:
        return {factor: levels[0] for factor, levels in self.factors.items()}

    @property
    def target(self) -> dict[str, str]:
        means = {f: self.rows.groupby(f)["loss"].mean() for f in self.factors}
        return {f: str(means[f][list(levels[1:])].idxmin()) for f, levels in self.factors.items()}

    def mean(self, cell: Mapping[str, str]) -> float:
        here = np.all([self.rows[f] == level for f, level in cell.items()], axis=0)
        return float(self.rows["loss"][here].mean())


def cases() -> Iterator[Case]:
    quick, perceptron = (pd.read_parquet(ROWS / f"{name}.parquet") for name in ("quick96", "perceptron24"))
    off = ["False", "True"]
    activations = ["relu", "elu", "selu", "sigmoid"]
    yield Case(
        "quick", quick,
        {"batch_norm": off, "dropout": off, "attention": ["none", "spatial"], "activation": activations},
    )  # fmt: skip
    lower = ["false", "true"]
    kinds = ["relu", "leaky_relu", "elu", "tanh"]
    yield Case(
        "perceptron", perceptron,
        {"placebo": lower, "dropout": lower, "weight_decay": lower, "activation": kinds},
    )  # fmt: skip
    yield _made("ten to one", lambda c: 1.0 * c["do"] + 0.1 * c["bn"], ["do", "bn"])
    yield _made("constant", lambda _: 1.0, list("abcd"))
    yield _made("either", lambda c: 1.0 - 0.5 * (c["a"] or c["b"]) - 0.2 * c["c"], list("abc"))
    yield _made("together", lambda c: 1.0 - 0.5 * (c["a"] and c["b"]) - 0.2 * c["c"], list("abc"))


def _made(name, loss, factors) -> Case:
    """Every cell, five seeds, noise of 0.01 except where nothing has an effect."""
    rng, rows = np.random.default_rng(0), []
    noise = 0.0 if name == "constant" else 0.01
    for levels, seed in product(product((0, 1), repeat=len(factors)), range(5)):
        cell = dict(zip(factors, levels, strict=True))
        rows.append({**cell, "seed": seed, "loss": loss(cell) + noise * rng.normal()})
    table = pd.DataFrame(rows)
    return Case(name, table.astype(dict.fromkeys(factors, str)), {f: ["0", "1"] for f in factors})


def ablation(case: Case) -> dict[str, list[float]]:
    """Ours, of the change to the target."""
    analysis = case.analysis()
    table = analysis.attributed_to(case.target).table.set_index(["factor", "level"])
    chosen = table.loc[list(case.target.items())]
    names = {"average": "average", "alone": "first", "last": "last", "Shapley": "shapley", "share": "share"}
    for row in analysis.patterns.to_dict("records"):
        print(f"  {row['kind']}: {row['factor']}={row['level']}, {row['other']}={row['other_level']}")
    return {shown: chosen[name].tolist() for shown, name in names.items()}


def optuna_importances(case: Case) -> dict[str, list[float]]:
    """Every run a finished trial; both evaluators with their defaults, fANOVA's forest over five seeds."""
    import optuna
    from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    spaces = {f: optuna.distributions.CategoricalDistribution(levels) for f, levels in case.factors.items()}
    study = optuna.create_study()
    for row in case.rows.to_dict("records"):
        params = {f: row[f] for f in case.factors}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=spaces, value=row["loss"]))

    def of(evaluator) -> list[float]:
        importances = optuna.importance.get_param_importances(study, evaluator=evaluator)
        return [importances[f] for f in case.factors]

    try:
        forests = [of(FanovaImportanceEvaluator(seed=seed)) for seed in range(5)]
    except RuntimeError as error:  # of a constant loss
        print(f"  Optuna's fANOVA: {error}")
        forests = [[float("nan")] * len(case.factors)]
    return {
        "Optuna default": of(None),
        "PED-ANOVA": of(PedAnovaImportanceEvaluator()),
        "Optuna fANOVA": np.mean(forests, axis=0).tolist(),
    }


def shapley_by_shap(case: Case) -> list[float]:
    """The exact values of the game over cells by shap's own enumeration."""
    import shap

    factors, source, target = list(case.factors), case.source, case.target

    def game(switched: np.ndarray) -> np.ndarray:
        cells = [
            {f: (target if on else source)[f] for f, on in zip(factors, row, strict=True)}
            for row in switched > 0.5
        ]
        return np.array([case.mean(cell) for cell in cells])

    bare, full = np.zeros((1, len(factors))), np.ones((1, len(factors)))
    explainer = shap.explainers.Exact(game, shap.maskers.Independent(bare))
    return explainer(full).values[0].tolist()


def shapley_by_hypershap(case: Case) -> list[float]:
    """Its ablation game from source to target on its default surrogate, a random forest on the rows."""
    from ConfigSpace import CategoricalHyperparameter, Configuration, ConfigurationSpace
    from hypershap import ExplanationTask, HyperSHAP

    space = ConfigurationSpace(seed=0)
    space.add([CategoricalHyperparameter(f, list(levels)) for f, levels in case.factors.items()])
    data = [
        (Configuration(space, values={f: row[f] for f in case.factors}), row["loss"])
        for row in case.rows.to_dict("records")
    ]
    explained = HyperSHAP(ExplanationTask.from_data(space, data)).ablation(
        Configuration(space, values=case.target), Configuration(space, values=case.source), "SV", 1
    )
    order = list(space.keys())
    return [float(explained[(order.index(f),)]) for f in case.factors]


def path_by_irace(case: Case) -> tuple[list[str], str]:
    """The full ablation of irace from source to target: each step's loss change, in the path's order."""
    if shutil.which("Rscript") is None:
        return ["not run: no Rscript here"] * len(case.factors), ""
    with TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.csv"
        case.rows.to_csv(rows, index=False)
        texts = [",".join(end.values()) for end in (case.source, case.target)]
        script = Path(__file__).with_suffix(".R")
        output = subprocess.run(
            ["Rscript", str(script), str(rows), ",".join(case.factors), *texts],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    *steps, last = [line.split("\t") for line in output.strip().splitlines()]
    of = {name: f"{i}. {float(b) - float(a):+.4f}" for i, (name, a, b) in enumerate(steps, 1)}
    return [of.get(f, "") for f in case.factors], f"irace {last[1]} (R {last[2]}.{last[3]})"


def main() -> None:
    from tabulate import tabulate

    packages = ("optuna", "shap", "hypershap", "shapiq", "scikit-learn", "numpy")
    print(", ".join(f"{name} {version(name)}" for name in packages), f"Python {sys.version.split()[0]}")
    irace = ""
    for case in cases():
        changes = [f"{f}: {case.source[f]} → {case.target[f]}" for f in case.factors]
        print(f"\n{case.name}, {len(case.rows)} runs")
        columns = {"change": changes, **ablation(case), "shap": shapley_by_shap(case)}
        columns |= {"HyperSHAP": shapley_by_hypershap(case), **optuna_importances(case)}
        columns["irace path"], irace = path_by_irace(case)
        print(tabulate(columns, headers="keys", tablefmt="github", floatfmt=".4f"))
    print(f"\n{irace}")


if __name__ == "__main__":
    main()

"""Six studies with known effects, made in seconds, and their pages: `python -m tests.report.gallery`.

A person looks at the pages; `test_gallery` opens them in a browser.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.adaptive_study import AdaptiveStudy, with_plan
from ablation.design import make_design
from ablation.report.write import write_report
from ablation.results import Row, open_store, run_key
from ablation.results.record import record_of
from ablation.results.table import table

ACTIVATIONS = ["relu", "elu", "selu", "sigmoid"]
QUICK = {
    "flags.batch_norm": [False, True],
    "flags.dropout": [False, True],
    "flags.attention": ["none", "spatial"],
    "flags.activation": ACTIVATIONS,
}
SWITCHES = {
    f"flags.{name}": [False, True]
    for name in (
        "batch_norm", "dropout", "residual", "attention", "augment", "warmup", "mixup", "ema", "clip",
        "decay", "bias", "tied",
    )
}  # fmt: skip
OPTIMIZERS = {
    "optimizer.name": ["sgd", "adam", "adamw", "rmsprop", "nadam", "lion", "adagrad", "adadelta", "lamb"],
    "flags.warmup": [False, True],
}
VISION = {"flags.augment": [False, True], "flags.residual": [False, True], "model.depth": [2, 4, 8]}
GROWN = {
    "flags.batch_norm": [False, True],
    "flags.dropout": [False, True],
    "flags.activation": ["relu", "elu"],
}


def quick(config, rng):
    """Sigmoid and no dropout help, batch norm a little, attention next to nothing."""
    push = {"relu": 0.0, "elu": -0.02, "selu": 0.03, "sigmoid": -0.12}[config["flags.activation"]]
    push += 0.12 * config["flags.dropout"] - 0.012 * config["flags.batch_norm"]
    if config["flags.dropout"] and config["flags.activation"] == "selu":
        push += 0.05
    return {"loss": np.exp(-3.2 + push + rng.normal(0, 0.01))}


def switches(config, rng):
    """Three of twelve switches matter, and one of them a little."""
    push = -0.15 * config["flags.batch_norm"] + 0.08 * config["flags.dropout"] - 0.02 * config["flags.ema"]
    return {"loss": np.exp(-1 + push + rng.normal(0, 0.015))}


def optimizers(config, rng):
    """Nine levels, of which three tie."""
    place = OPTIMIZERS["optimizer.name"].index(config["optimizer.name"])
    push = [0.25, 0.0, -0.01, 0.08, 0.005, 0.04, 0.3, 0.5, 0.06][place]
    return {"loss": np.exp(-1 + push - 0.03 * config["flags.warmup"] + rng.normal(0, 0.02))}


def accuracy(config, rng):
    """Augmentation helps deep networks and hurts shallow ones; higher is better."""
    depth = VISION["model.depth"].index(config["model.depth"])
    push = (
        0.02 * depth
        + 0.01 * config["flags.residual"]
        + config["flags.augment"] * (-0.015, 0.005, 0.03)[depth]
    )
    return {"accuracy": 0.8 + push + rng.normal(0, 0.003)}


def failures(config, rng):
    """As the quick study, but sigmoid with dropout fails in half of its runs, and one run is an outlier."""
    found = quick(config, rng)
    if config["flags.activation"] == "sigmoid" and config["flags.dropout"] and rng.random() < 0.6:
        found["loss"] = float("nan")
    return found


def row(config, seed, values, rng):
    """One finished run with ten epochs of history."""
    config = {"training.epochs": 10, **config}
    key, main = run_key(config, seed, {}), next(iter(values.values()))
    ok = bool(np.isfinite(main))
    parameters = 10_000 + 500 * sum(value is True for value in config.values())
    curve = [float(main * (1 + 2 / epoch)) for epoch in range(1, 10)] + [float(main) if ok else None]
    return Row(
        key=key,
        study="gallery",
        cell=run_key(config, 0, {})[:10],
        seed=seed,
        status="ok" if ok else "diverged",
        config=config,
        responses={**values, "train_seconds": float(20 + rng.exponential(5)), "n_parameters": parameters},
        identity={},
        provenance={"device": "CPU", "python": "3.11", "commit": "0123abc"},
        started="2026-01-01T10:00:00+00:00",
        finished="2026-01-01T10:01:00+00:00",
        seconds=20.0,
        error=None if ok else "the loss is not finite",
        log=None if ok else f"jobs/{key[:10]}/app.log",
        history={f"test_{name}": curve for name in values},
    )


def write(folder, factors, measure, seeds=3, cells=None, outlier=None, **record):
    """A study in a folder, as a sweep leaves it."""
    store, keys = open_store(folder), []
    cells = cells or [dict(zip(factors, levels, strict=True)) for levels in product(*factors.values())]
    for i, cell in enumerate(cells):
        for seed in range(seeds):
            rng = np.random.default_rng([i, seed])
            values = measure(cell, rng)
            main = next(iter(values))
            values[main] = float(values[main] * (1 + 0.01 * seed) * (1.3 if (i, seed) == outlier else 1.0))
            one = row(cell, seed, values, rng)
            keys.append(one.key)
            store.commit(one)
    made = {
        "schema": 1,
        "study": Path(folder).name,
        "factors": factors,
        "seeds": list(range(seeds)),
        "keys": keys,
    }
    made |= {"command": f"ablation sweep {Path(folder).name}", **record}
    store.save_record(record_of(made))
    return Path(folder)


def grow(folder):
    """A study that adds seeds until every verdict is settled: its looks, then the runs that they saw."""
    activation = {"flags.attention": "none"}
    made = partial(
        write, factors=GROWN, measure=lambda config, rng: quick({**config, **activation}, rng), margin=2.0
    )
    with TemporaryDirectory() as whole:
        made(whole, seeds=8)
        snapshot = open_store(whole).scan()
    factors = {name: [str(level) for level in levels] for name, levels in GROWN.items()}
    plan = AdaptivePlan("loss", "lower", 2.0, factors, maximum=8)
    runs = {
        key: ({f: snapshot.rows[key].config[f] for f in GROWN}, snapshot.rows[key].seed)
        for key in snapshot.record.keys
    }
    record = replace(snapshot.record, study=Path(folder).name, direction="lower")
    study = AdaptiveStudy(with_plan(record, plan), runs)
    study.catch_up(list(runs), table(snapshot))
    made(folder, seeds=study.looks[-1].seeds)
    store = open_store(folder)
    record = replace(record, keys=store.load_record().keys)
    store.save_record(with_plan(record, plan, looks=[look.seeds for look in study.looks]))
    return Path(folder)


def _twelve(folder):
    made = make_design(SWITCHES, "fractional", runs=32)
    design = {"name": "fractional", "words": made.words}
    return write(folder, SWITCHES, switches, 2, list(made.cells), margin=1.0, design=design)


STUDIES: dict[str, Callable[[Path], Path]] = {
    "quick": partial(write, factors=QUICK, measure=quick, margin=1.0),
    "switches": _twelve,
    "levels": partial(write, factors=OPTIMIZERS, measure=optimizers, seeds=4, margin=2.0),
    "accuracy": partial(
        write,
        factors=VISION,
        measure=accuracy,
        seeds=5,
        margin=0.005,
        response="accuracy",
        direction="higher",
    ),
    "failures": partial(write, factors=QUICK, measure=failures, seeds=4, outlier=(3, 1)),
    "adaptive": grow,
}
"""Name → what makes the study in a folder."""


def main(target: Path) -> None:
    """Make the studies that are not there, and the pages of all."""
    for name, make in STUDIES.items():
        folder = target / name
        if not (folder / "study.json").exists():
            make(folder)
        write_report(str(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "gallery"))

"""Studies that were never trained: rows made by hand, with effects that are known."""

from functools import partial
from itertools import product

import numpy as np
import pytest

from ablation.results import Row, open_store, run_key
from ablation.results.record import record_of

FACTORS = {
    "flags.batch_norm": [False, True],
    "flags.attention": ["none", "spatial"],
    "flags.activation": ["relu", "elu"],
}


@pytest.fixture
def study(tmp_path):
    """`make_study` in a folder of the test's own."""
    return partial(make_study, tmp_path / "study")


def make_study(
    folder, factors=FACTORS, seeds=(0, 1, 2), loss=None, keep=lambda *_: True, measured=None, **record
):
    """Write a study: factors, seeds, a loss for each cell and seed, which runs there are, more responses."""
    store = open_store(folder)
    keys = []
    for levels in product(*factors.values()):
        config = dict(zip(factors, levels, strict=True))
        for seed in seeds:
            key = run_key(config, seed, {})
            keys.append(key)
            if keep(config, seed):
                value = (loss or planted)(config, seed)
                more = measured(config, seed) if measured else {}
                store.commit(row(key, config, seed, {"loss": value, **more}))
    made = {"schema": 1, "study": "made", "factors": factors, "seeds": list(seeds), "keys": keys}
    store.save_record(record_of({**made, **record}))
    return folder


def spaced(text):
    """With plain spaces where numbers are tied to their units."""
    return text.replace("\u00a0", " ")


def planted(config, seed):
    """Batch norm takes 10 % off; attention and activation do nothing; seeds shift all cells alike."""
    noise = np.random.default_rng([seed, len(str(config))]).normal(0, 0.002)
    return float(np.exp(np.log(0.9) * bool(config.get("flags.batch_norm")) + 0.05 * seed + noise))


def row(key, config, seed, responses, status=None, error=None):
    loss = responses.get("loss", 1.0)
    return Row(
        key=key,
        study="made",
        cell=run_key(config, 0, {})[:10],
        seed=seed,
        status=status or ("ok" if np.isfinite(loss) else "diverged"),
        config=config,
        responses=responses,
        identity={},
        provenance={"device": "abacus", "commit": "abc"},
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:00:01+00:00",
        seconds=1.0,
        history={"train_loss": [2.0, 1.0], "test_loss": [2.5, loss]},
        error=error,
        log="jobs/x/app.log" if error else None,
    )


@pytest.fixture
def report():
    """A function that reads a file of a study's report."""

    def read(folder, name="report.md"):
        return spaced((folder / "report" / name).read_text(encoding="utf-8"))

    return read

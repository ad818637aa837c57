"""What the analysis of a study is told on the command line of its sweep reaches its record and its report."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ablation.analysis import analyze
from ablation.results import read
from ablation.sweep import main
from tests.sweep import toy


@dataclass
class Analysis(toy.Analysis):
    interactions: Any = "auto"
    alpha: float = 0.05
    scale: str = "auto"


@dataclass
class Toy(toy.Toy):
    analysis: Analysis = field(default_factory=Analysis)


train = main(config_path="conf", schema=Toy, unkeyed=toy.UNKEYED)(toy.run)


def test_order_level_and_scale_are_those_of_the_sweep(run_toy, tmp_path):
    seen = []
    settings = ("analysis.interactions=1", "analysis.alpha=0.01", "analysis.scale=identity")
    entry = main(
        config_path="conf", schema=Toy, unkeyed=toy.UNKEYED,
        after=lambda _config, _folder, _rows, study: seen.append(study.main.analysis),
    )(toy.run)  # fmt: skip
    assert run_toy("-m", *settings, entry=entry)[0] == 0
    (found,) = seen
    assert (found.order.highest, found.order.why) == (1, "asked")
    assert (found.request.alpha, found.scale) == (0.01, "identity")
    record = json.loads((tmp_path / "runs/toy/study.json").read_text())
    assert [str(record[key]) for key in ("interactions", "alpha", "scale")] == ["1", "0.01", "identity"]


def test_settings_that_mean_nothing_are_refused_before_anything_is_trained(run_toy, tmp_path):
    code, shown = run_toy("-m", "analysis.interactions=all", entry=train)
    assert code == 2
    assert "interactions" in shown
    assert not (tmp_path / "trained.txt").exists()


def test_a_cell_that_is_excluded_costs_its_interaction_and_no_effect(run_toy, tmp_path):
    excluded = "+hydra.sweeper.exclude=[{flags.norm: true, flags.activation: elu}]"
    assert run_toy("-m", "rate=0.1,0.2", excluded, "analysis.scale=log", entry=train)[0] == 0
    found = analyze(tmp_path / "runs/toy", "loss", ["flags.norm", "flags.activation", "rate"], block="seed")
    assert [w.facts["terms"] for w in found.warnings if w.code == "left-out-interaction"] == [
        [("flags.norm", "flags.activation")]
    ]
    runs = read(tmp_path / "runs/toy").astype({"seed": str})
    y, names = np.log(runs["loss"].astype(float)), ["flags.norm", "flags.activation", "rate"]
    codes = [
        2.0 * (runs[name].astype(str) != found.runs.predictors[i].points[0]) - 1
        for i, name in enumerate(names)
    ]
    X = np.column_stack([pd.get_dummies(runs["seed"], dtype=float), *codes])
    assert found.order.highest == 1, "so few runs carry no pairs"
    np.testing.assert_allclose(found.effects["estimate"], 2 * np.linalg.lstsq(X, y)[0][2:5], rtol=1e-9)
    assert "Nothing is known" not in (tmp_path / "runs/toy/report/report.md").read_text()

"""The section on costs: figures, frontier and prices, where a cost differs."""

import json

import numpy as np
import pytest

from ablation.report.write import write_report
from tests.report.conftest import planted

TITLE = "## What it costs"


def test_frontier_and_prices_stand_in_every_format(study, report):
    def measured(config, _):
        return {"n_parameters": 1000 * (1.3 if config["flags.batch_norm"] else 1.0), "latency": 0.002}

    folder = study(measured=measured)
    write_report(str(folder))
    told = report(folder).split(TITLE)[1].split("\n## ")[0]
    assert "By number of parameters, " in told
    assert "For 1 % less loss, batch_norm (on − off) raises the number of parameters by 2.5" in told
    assert "(figures/cost_n_parameters.svg)" in told
    assert "latency" not in told  # the same in every cell
    assert "beaten by" in told or "open" in told
    assert report(folder, "tables/prices_n_parameters.csv").startswith("factor,level,reference,estimate")
    assert "frontier" in report(folder, "tables/frontier_n_parameters.tex")
    (answer,) = json.loads(report(folder, "effects.json"))["responses"]
    costs = answer["costs"]["n_parameters"]
    assert {row["status"] for row in costs["frontier"]} <= {"frontier", "open", "beaten"}
    assert [row["cost_percent"] for row in costs["prices"]] == pytest.approx([30, 0, 0])


def test_costs_with_gaps_or_zeros_have_a_frontier_and_no_prices(study, report):
    def measured(config, seed):
        return {"flops": 0.0 if config["flags.batch_norm"] else float("nan") if seed else 5.0}

    folder = study(loss=planted, measured=measured)
    write_report(str(folder), figures=False)
    told = report(folder).split(TITLE)[1].split("\n## ")[0]
    assert "By flops, " in told
    assert "raises" not in told


def test_there_is_no_section_without_a_cost_that_differs(study, report):
    folder = study(measured=lambda *_: {"n_parameters": 7.0})
    write_report(str(folder), figures=False)
    assert TITLE not in report(folder)


def test_accuracy_is_priced_by_hundredths(study, report):
    def accuracy(config, seed):
        noise = np.random.default_rng([seed, len(str(config))]).normal(0, 0.001)
        return {
            "accuracy": 0.8 + 0.02 * config["flags.batch_norm"] + noise,
            "flops": 10.0 + config["flags.batch_norm"],
        }

    folder = study(measured=accuracy, response="accuracy", direction="higher")
    write_report(str(folder), figures=False)
    assert (
        "For 0.01 more accuracy, batch_norm (on − off) raises the flops by 5.01 % (95 % CI 4.62 % to 5.46 %)"
        in report(folder)
    )

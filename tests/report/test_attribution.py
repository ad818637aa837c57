"""The section on what each component contributes, in every format."""

import json

import numpy as np

from ablation.report.write import write_report
from tests.report.conftest import FACTORS

TITLE = "## What each component contributes"


def either(config, seed):
    """Batch norm or attention: the second adds nothing."""
    helps = config["flags.batch_norm"] or config["flags.attention"] == "spatial"
    noise = np.random.default_rng([seed, len(str(config))]).normal(0, 0.002)
    return float(np.exp(np.log(0.8) * helps + 0.05 * seed + noise))


def section(report, folder):
    return report(folder).split(TITLE)[1].split("\n## ")[0]


def test_a_redundant_pair_is_named_and_the_questions_stand_side_by_side(study, report):
    folder = study(loss=either)
    write_report(str(folder))
    told = section(report, folder)
    assert "Either of the two will do, batch_norm=True or attention=spatial: without both, loss is " in told
    assert "What batch_norm (on − off) is worth depends on what else is changed: −19." in told
    assert "| component" in told
    assert "(figures/questions.svg)" in told
    table = report(folder, "tables/attribution.tex")
    assert r"\caption{What each change contributes to loss by several definitions}" in table
    (answer,) = json.loads(report(folder, "effects.json"))["responses"]
    (pair,) = answer["patterns"]
    assert (pair["factor"], pair["other"], pair["kind"]) == (
        "flags.batch_norm", "flags.attention", "either will do",
    )  # fmt: skip
    norm = answer["attribution"][0]
    assert norm["first"] < -0.2 < -0.15 < norm["shapley"] < -0.08 < -0.03 < norm["last"] < 0.03


def test_missing_cells_are_named_and_what_they_leave_is_told(study, report):
    folder = study(
        loss=either, keep=lambda config, _: sum(v in (True, "spatial", "elu") for v in config.values()) < 2
    )
    write_report(str(folder), figures=False)
    told = section(report, folder)
    assert "4 of 8 cells have no run that counts" in told
    assert "unknown" in told
    assert "%" in told


def test_of_one_factor_there_is_no_section(study, report):
    folder = study(factors={"flags.batch_norm": FACTORS["flags.batch_norm"]})
    write_report(str(folder), figures=False)
    assert TITLE not in report(folder)


def test_without_replicates_there_is_a_table_and_no_intervals(study, report):
    folder = study(seeds=(0,))
    write_report(str(folder), figures=False)
    assert "Without an error estimate there are no intervals" in section(report, folder)

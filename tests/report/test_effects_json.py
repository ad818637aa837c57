"""effects.json follows the schema of docs/report.md, in every state."""

import json
import re

import pytest

from ablation.report.__main__ import main
from ablation.report.formats.effects_json import OF_SETS, SCHEMA, TABLES

NUMBER = (int, float, type(None))
TOP = {"schema": int, "study": str, "source": str, "design": dict, "responses": list}
DESIGN = {
    "words": str,
    "factors": dict,
    "reference": dict,
    "block": (str, type(None)),
    "runs": int,
    "failed": int,
    "missing": int,
}
ANSWER = {"response": str, "direction": str, "obstacle": (str, type(None))}
ANALYSIS = {
    "scale": str,
    "alpha": float,
    "margin": NUMBER,
    "block": (str, type(None)),
    "runs": int,
    "answer": list,
    "warnings": list,
    "costs": dict,
    **dict.fromkeys((*TABLES, *OF_SETS), list),
}
EFFECT = {
    "factor": str,
    "level": str,
    "reference": str,
    "estimate": NUMBER,
    "se": NUMBER,
    "df": NUMBER,
    "ci_low": NUMBER,
    "ci_high": NUMBER,
    "t": NUMBER,
    "p": NUMBER,
    "p_adjusted": NUMBER,
    "percent": NUMBER,
    "percent_low": NUMBER,
    "percent_high": NUMBER,
    "se_hc3": NUMBER,
    "p_hc3": NUMBER,
}


def check(value, schema, exact=True):
    assert set(schema) <= set(value)
    assert not exact or set(schema) == set(value)
    for name, kind in schema.items():
        assert isinstance(value[name], kind), f"{name}: {value[name]!r}"


@pytest.mark.parametrize(
    "case",
    [{}, {"margin": 2.0}, {"keep": lambda *_: False}, {"seeds": (0,)}, {"loss": lambda *_: 1.0}],
    ids=["plain", "margin", "no rows", "no replicates", "constant"],
)
def test_it_follows_its_schema(study, report, case):
    folder = study(**case)
    main([str(folder), "figures=false"])
    told = json.loads(report(folder, "effects.json"), parse_constant=pytest.fail)
    check(told, TOP)
    assert told["schema"] == SCHEMA
    check(told["design"], DESIGN)
    for answer in told["responses"]:
        assert (answer["obstacle"] is None) == ("effects" in answer)
        check(answer, {**ANSWER, **(ANALYSIS if answer["obstacle"] is None else {})})
        for effect in answer.get("effects", []):
            check(effect, EFFECT)
        for notice in answer.get("warnings", []):
            check(notice, {"code": str, "sentence": str})


def test_the_page_about_it_names_every_entry(root):
    page = (root / "docs/report.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    assert set(TOP) | set(DESIGN) | set(ANSWER) | set(ANALYSIS) <= named
    assert f"`schema` | {SCHEMA}" in page

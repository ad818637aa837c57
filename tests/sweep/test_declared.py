"""Unit and direction of responses: as the app declares them, but for what the configuration says."""

import pytest

from ablation.errors import UsageError
from ablation.sweep import Response
from ablation.sweep.declared import judged

DECLARED = (
    Response("auroc.*", direction="higher"),
    Response("auroc.lowest"),
    Response("latency", "ms"),
    Response("train_seconds", "s"),
)


def test_what_is_declared_is_in_the_record():
    analysis = {"response": "auroc.rgb", "responses": ["latency", "auroc.lowest", "unknown"]}
    assert judged(analysis, DECLARED) == {
        "responses": ["auroc.rgb", "latency", "auroc.lowest", "unknown"],
        "direction": "higher",
        "directions": {
            "auroc.rgb": "higher",
            "latency": "lower",
            "auroc.lowest": "lower",
            "unknown": "lower",
        },
        "units": {"latency": "ms", "train_seconds": "s"},
    }


def test_the_configuration_wins():
    analysis = {
        "response": "auroc.a",
        "direction": "lower",
        "responses": ["x"],
        "directions": {"x": "higher"},
    }
    found = judged(analysis, DECLARED)
    assert (found["direction"], found["directions"]) == ("lower", {"auroc.a": "lower", "x": "higher"})
    assert judged({**analysis, "direction": None}, DECLARED)["direction"] == "higher"


def test_an_app_that_declares_nothing_has_responses_of_which_lower_is_better():
    found = judged({"response": "loss"}, ())
    assert found == {
        "responses": ["loss"],
        "direction": "lower",
        "directions": {"loss": "lower"},
        "units": {},
    }


def test_a_direction_that_is_none_is_refused():
    with pytest.raises(UsageError, match=r"Response loss: expected direction lower or higher.*'down'"):
        Response("loss", direction="down")

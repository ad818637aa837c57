"""Unit and direction of responses: as the app declares them, but for what the configuration says."""

import pytest

from ablation.errors import UsageError
from ablation.results.record import record_of
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
        },
        "units": {"latency": "ms", "train_seconds": "s", "seconds": "s"},
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


def test_a_value_that_is_best_may_be_a_number_even_none_at_all():
    """An app without a schema has numbers where texts are expected, and 0 is one."""
    found = judged({"response": "bias", "direction": 0, "responses": ["x"], "directions": {"x": 0.5}}, ())
    assert (found["direction"], found["directions"]) == ("0", {"bias": "0", "x": "0.5"})
    assert record_of({"direction": 0.5}).direction == "0.5"


def test_the_name_of_what_nobody_declares_decides():
    found = judged({"response": "loss", "responses": ["whatever"]}, ())
    assert found["directions"] == {"loss": "lower"}
    assert judged({"response": "whatever"}, ())["direction"] is None
    assert judged({"response": "bias", "direction": "zero"}, ())["directions"] == {"bias": "zero"}


@pytest.mark.parametrize(
    ("analysis", "key"),
    [
        ({"response": "accuracy"}, r"analysis\.direction=higher"),
        ({"response": "loss", "responses": ["accuracy"]}, r"analysis\.directions\.accuracy=higher"),
    ],
)
def test_a_name_that_sounds_as_if_higher_were_better_is_asked_for_before_anything_is_trained(analysis, key):
    with pytest.raises(UsageError, match=rf"'accuracy', whose name sounds.*{key}, or declare it"):
        judged(analysis, ())
    given = {**analysis, "directions": {"accuracy": "higher"}}
    assert judged(given, ())["directions"]["accuracy"] == "higher"


def test_a_pattern_gives_its_unit_to_the_responses_it_stands_for():
    found = judged({"response": "latency.first"}, [Response("latency.*", "ms")])
    assert found["units"] == {"latency.first": "ms", "seconds": "s"}


def test_a_direction_that_is_none_is_refused():
    with pytest.raises(UsageError, match=r"Response loss: expected direction lower or higher.*'down'"):
        Response("loss", direction="down")

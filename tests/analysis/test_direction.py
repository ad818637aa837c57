"""Which values are better: never guessed in silence."""

import re

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.errors import UsageError
from tests.analysis.compare import noted

HIGHER = [
    "accuracy", "val_accuracy", "test/acc", "auc", "AUROC", "f1", "F1-score", "bleu", "r2", "R2",
    "reward", "episode_return", "mAP", "mIoU", "hits@10", "ndcg", "psnr", "ssim", "top1", "valAccuracy",
    "metrics.accuracy", "score", "success_rate", "throughput", "elbo", "log_likelihood", "quant_test_acc",
    "neg_mean_squared_error", "spearman",
]  # fmt: skip
LOWER = [
    "loss", "val_loss", "reconstruction_loss", "testLoss", "error_rate", "rmse", "MSE", "nll",
    "perplexity", "wer", "fid", "fid_score", "train_seconds", "latency_ms", "regret", "ece",
    "negative_log_likelihood", "metrics.loss",
]  # fmt: skip


def table(name, spread=0.01):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame([(a, s) for a in (0, 1) for s in range(6)], columns=["a", "seed"])
    frame[name] = 1 + 0.5 * frame["a"] + rng.normal(0, spread, 12)
    return frame


@pytest.mark.parametrize("name", HIGHER)
def test_what_sounds_better_when_higher_is_asked_for(name):
    with pytest.raises(UsageError, match="Say direction=higher or direction=lower"):
        analyze(table(name), name, ["a"], block="seed")
    assert (
        analyze(table(name), name, ["a"], block="seed", direction="higher").verdicts["verdict"][0] == "keep"
    )


@pytest.mark.parametrize("name", LOWER)
def test_what_is_called_a_loss_is_better_when_lower(name):
    found = analyze(table(name), name, ["a"], block="seed")
    assert found.verdicts["verdict"][0] == "hurts"
    assert "direction" not in {w.code for w in found.warnings}


@pytest.mark.parametrize("name", ["y", "value", "performance"])
def test_a_name_that_does_not_tell_is_told(name):
    told = noted(analyze(table(name), name, ["a"], block="seed"), "direction")
    assert told.startswith(f"It was not stated which values of {name} are better")
    assert "Lower is taken to be better" in told
    assert "direction" not in {w.code for w in analyze(table(name), name, ["a"], direction="lower").warnings}


def test_a_name_that_tells_both_is_asked_for():
    with pytest.raises(UsageError, match="both as if lower and as if higher were better"):
        analyze(table("time_to_accuracy"), "time_to_accuracy", ["a"])


@pytest.mark.parametrize("direction", ["up", True, float("nan"), "inf", ""])
def test_a_direction_that_is_none_is_a_sentence(direction):
    with pytest.raises(UsageError, match=re.escape("'lower', 'higher', 'zero', or the number that is best")):
        analyze(table("loss"), "loss", ["a"], direction=direction)


@pytest.mark.parametrize(
    ("direction", "target", "name"), [("zero", 0, "|bias|"), (0.25, 0.25, "|bias - 0.25|")]
)
def test_closer_to_a_target_is_better(direction, target, name):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame([(a, s) for a in ("far", "near") for s in range(12)], columns=["a", "seed"])
    frame["bias"] = target + np.where(frame["a"] == "far", -0.8, 0.1) + rng.normal(0, 0.05, 24)
    found = analyze(frame, "bias", ["a"], direction=direction)
    by_hand = frame.assign(distance=(frame["bias"] - target).abs()).groupby("a")["distance"].mean()
    assert found.effects["estimate"][0] == pytest.approx(by_hand["near"] - by_hand["far"], rel=1e-9)
    assert (found.request.response, found.scale) == (name, "identity")
    assert found.verdicts["verdict"][0] == "keep"
    assert noted(found, "target").startswith(f"bias is better the closer it is to {target:g}.")
    assert name in noted(found, "target")


def test_a_margin_of_a_distance_is_in_its_units():
    frame = table("bias").assign(bias=lambda f: f["bias"] - 1.25)
    found = analyze(frame, "bias", ["a"], block="seed", direction="zero", margin=0.1)
    assert found.request.margin == 0.1
    assert found.verdicts["verdict"][0] == "does nothing"


def test_failed_runs_keep_their_words_when_the_response_is_a_distance():
    frame = table("bias").astype({"bias": object})
    frame.loc[[0, 5], "bias"] = ["diverged", np.nan]
    found = analyze(frame, "bias", ["a"], direction="zero")
    assert found.excluded["reason"].tolist() == ["response is diverged", "response is nan"]
    assert found.n_runs == 10


@pytest.mark.parametrize("n", [6, 10])
def test_the_interval_of_a_distance_covers_its_difference(n):
    """Means of |y| of two levels, one around 0 and one around its own spread; E|N(m, s)| is known."""
    rng = np.random.default_rng(n)
    expected = np.sqrt(2 / np.pi) * np.exp(-0.5) + 1 * (1 - 2 * 0.15865525393145707)
    truth, covered, n_studies = expected - np.sqrt(2 / np.pi), 0, 400
    for _ in range(n_studies):
        frame = pd.DataFrame({"a": np.repeat([0, 1], n), "bias": rng.normal(np.repeat([0.0, 1.0], n))})
        v = analyze(frame, "bias", ["a"], direction="zero").verdicts.iloc[0]
        covered += v["ci_low"] <= truth <= v["ci_high"]
    assert covered / n_studies >= 0.93

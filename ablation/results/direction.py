"""Which values of a response are better: as declared, or else as its name says for certain."""

import math
import re
from dataclasses import dataclass

from ablation.errors import UsageError

LOWER = frozenset({
    "loss", "losses", "error", "errors", "err", "nll", "perplexity", "ppl", "mse", "rmse", "mae", "mape",
    "smape", "wer", "cer", "ter", "eer", "fid", "kid", "kl", "jsd", "mmd", "fvd", "seconds", "second",
    "secs", "sec", "time", "times", "latency", "duration", "runtime", "memory", "bytes", "mb", "gb",
    "flops", "macs", "cost", "costs", "regret", "distance", "divergence", "ece", "brier", "crossentropy",
    "logloss", "xent", "bce", "bpd", "bpc", "bpb", "deviation", "risk", "misclassification", "violations",
    "rejections",
})  # fmt: skip
"""Words in a response's name that say that lower is better."""

HIGHER = frozenset({
    "accuracy", "acc", "auc", "auroc", "auprc", "aupr", "aucpr", "rocauc", "f1", "f2", "fbeta", "fscore",
    "bleu", "sacrebleu", "rouge", "rougel", "meteor", "cider", "spice", "chrf", "r2", "rsquared", "reward",
    "rewards", "return", "returns", "map", "ap", "mrr", "ndcg", "hits", "hit", "recall", "precision",
    "sensitivity", "specificity", "tpr", "iou", "miou", "dice", "psnr", "ssim", "kappa", "mcc",
    "correlation", "corr", "pearson", "spearman", "kendall", "score", "scores", "elo", "win", "wins",
    "winrate", "success", "successes", "throughput", "fps", "likelihood", "loglik", "elbo", "purity", "nmi",
    "ari", "silhouette", "similarity", "cosine", "quality", "gain", "profit", "fitness", "utility",
    "correct", "pass", "top1", "top5", "acc1", "acc5",
})  # fmt: skip
"""Words that sound as if higher were better: the direction is asked for."""

_WEAK = frozenset({"score", "scores", "quality"})
"""Words that say little beside another, as in `fid_score`."""

_NEGATED = frozenset({"neg", "negative", "minus", "inverse", "inv"})


@dataclass(frozen=True)
class Direction:
    """Which values are better.

    Attributes:
        name: `lower` or `higher`; `lower` with a target, of the distance from it.
        target: the value that responses should be close to; None without one.
        is_assumed: it is not configured, and the response's name suggests none.
    """

    name: str
    target: float | None = None
    is_assumed: bool = False


def read_direction(response: str, direction: str | float | None) -> Direction:
    """Read a direction, or derive it from the response's name.

    Args:
        response: the column with what was measured.
        direction: `lower`, `higher`, `zero`, the number that is best, or None.

    Raises:
        UsageError: it means nothing, or it is not said and the name suggests that lower is not better.
    """
    if direction is None:
        return _by_name(response)
    if direction in ("lower", "higher"):
        return Direction(str(direction))
    target = _target(direction)
    if target is None:
        raise UsageError(
            "Expected direction to be one of 'lower', 'higher', 'zero', or the number that is best. "
            f"Received: direction={direction!r}."
        )
    return Direction("lower", target)


def is_direction(value: object) -> bool:
    """Whether something says which values are better: `lower`, `higher`, `zero`, or a number."""
    return value in ("lower", "higher") or _target(value) is not None


def sounds_like_an_outcome(response: str) -> bool:
    """Whether a name has a word for something measured."""
    return bool((LOWER | HIGHER) & set(_words(response)))


def likely_direction(response: str) -> str | None:
    """The direction that a response's name suggests, `lower` or `higher`; None for neither or both."""
    words = {*_words(response)} - _WEAK
    lower, higher = bool(LOWER & words), bool(HIGHER & words)
    if lower == higher:
        return None
    return "lower" if lower != bool(_NEGATED & words) else "higher"


def distance_name(response: str, target: float) -> str:
    """The name of the distance from a target.

    >>> distance_name("bias", 0.0), distance_name("ratio", 1.0), distance_name("x", -2.0)
    ('|bias|', '|ratio - 1|', '|x + 2|')
    """
    return f"|{response}|" if target == 0 else f"|{response} {'-' if target > 0 else '+'} {abs(target):g}|"


def _by_name(response: str) -> Direction:
    words, likely = set(_words(response)), likely_direction(response)
    if likely == "lower":
        return Direction("lower")
    if likely == "higher" or words & (LOWER | HIGHER):
        is_both = likely is None and words & LOWER
        sound = "both as if lower and as if higher were better" if is_both else "as if higher were better"
        raise UsageError(
            f"direction: expected lower or higher for '{response}', whose name sounds {sound}. "
            "Received: none. Say direction=higher or direction=lower."
        )
    return Direction("lower", is_assumed=True)


def _words(response: str) -> list[str]:
    """Words in a name: `valLoss`, `val_loss` and `metrics/val-loss` have the word `loss`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", str(response))
    return [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]


def _target(direction: object) -> float | None:
    """The value that is best: `zero`, or a number; None if this is none."""
    if isinstance(direction, bool):
        return None
    if direction == "zero":
        return 0.0
    try:
        number = float(str(direction))
    except ValueError:
        return None
    return number if math.isfinite(number) else None

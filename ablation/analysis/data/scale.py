"""The scale on which effects add: logarithm (effects in %), log-odds, or the response itself."""

from dataclasses import dataclass

import numpy as np

from ablation.analysis.analysis_request import COUNT, LOGIT, ORDINAL, AnalysisRequest
from ablation.analysis.data.factors import Floats
from ablation.analysis.data.shares import check_shares
from ablation.errors import UsageError

MIN_RELATIVE_SPREAD = 1e-6
"""Below this ratio of spread to level the distance from zero says nothing about the scale."""


SQUARES_OVERFLOW = 1e140
"""Spreads beyond this (or below its inverse) leave the range of numbers when squared and added up."""


@dataclass(frozen=True)
class Scale:
    """How effects add.

    Attributes:
        name: `log`, `logit`, `count`, `ordinal` or `identity`.
        reason: why.
        origin: taken out first, to keep exact digits; of shares their mean, around which effects are given.
        by_chance: whether some values alone keep a loss from the log scale, on which margins are in %.
    """

    name: str
    reason: str
    origin: float
    by_chance: bool = False

    @property
    def is_log(self) -> bool:
        """Whether effects are differences of logarithms."""
        return self.name in ("log", COUNT)

    @property
    def is_logit(self) -> bool:
        """Whether effects are differences of log-odds."""
        return self.name in (LOGIT, ORDINAL)

    @property
    def is_glm(self) -> bool:
        """Whether the response is modelled by its own variance: shares, counts and ratings."""
        return self.name in (LOGIT, COUNT, ORDINAL)

    def link(self, mean: Floats) -> Floats:
        """From a mean of the response to this scale: the inverse of `back`."""
        return logit(mean) if self.is_logit else np.log(mean) if self.is_log else mean

    def forward(self, response: Floats) -> Floats:
        """To the scale of the analysis, minus `shift`: differences of close numbers keep their digits."""
        away = response - self.origin
        return np.log1p(away / self.origin) if self.is_log else away

    @property
    def shift(self) -> float:
        """What `forward` leaves out and marginal means add back."""
        return float(self.link(np.array(self.origin)))

    def percent(self, effect: Floats) -> Floats:
        """Change in % that a difference on the log scale means; NaN on the others."""
        return 100 * np.expm1(effect) if self.is_log else np.full(np.shape(effect), np.nan)

    def back(self, mean: Floats) -> Floats:
        """From this scale to the response: on the log scale (not of counts) the geometric mean."""
        return expit(mean) if self.is_logit else np.exp(mean) if self.is_log else mean

    def margin(self, margin: float) -> tuple[float, float]:
        """The band of effects too small to matter, on this scale: log(1 +- margin %) or +- margin.

        Both sides of the log scale use log(1 + margin/100), so that the band is symmetric. Of shares it is a
        change of the share, around their mean.
        """
        half = float(np.log1p(margin / 100)) if self.is_log else margin
        half = self.log_odds(margin) if self.is_logit else half
        return -half, half

    def change(self, effect: float) -> float:
        """A difference of log-odds as a change of the mean, with that of all runs in its middle."""
        ends = self.back(self.shift + np.array([-effect / 2, effect / 2]))
        return float(ends[1] - ends[0])

    def log_odds(self, change: float) -> float:
        """The difference of log-odds that `change` makes of it; infinite from 1 on."""
        size, spread = abs(change), float(np.cosh(self.shift))
        if size >= 1:
            return float(np.copysign(np.inf, change))
        root = (size * spread + np.sqrt((size * spread) ** 2 + 1 - size**2)) / (1 - size)
        return float(np.copysign(2 * np.log(root), change))


def logit(share: Floats) -> Floats:
    """Log-odds of shares."""
    return np.log(share) - np.log1p(-share)


def expit(log_odds: Floats) -> Floats:
    """Shares of log-odds."""
    return 1 / (1 + np.exp(-log_odds))


def choose_scale(response: Floats, request: AnalysisRequest, weights: Floats | None = None) -> Scale:
    """Choose the scale; `auto` means log for positive responses that are better when lower.

    A loss, an error, a duration are positive, have a natural zero and are minimised: halving means the same
    everywhere. What is maximised (accuracy, AUROC) is bounded above, and differences are its natural scale.

    Raises:
        UsageError: the log was asked for and a response is zero or negative.
    """
    name, reason = _choose(response, request)
    if name == LOGIT:
        check_shares(response, request.response)
        least = np.finfo(float).eps
        return Scale(name, reason, float(np.average(response, weights=weights).clip(least, 1 - least)))
    if name == COUNT:
        if (response < 0).any() or not response.any():
            raise UsageError(
                f"Expected counts from 0, some of them above, in '{request.response}' for scale='count'. "
                f"Received: {response.min():g} to {response.max():g}. Use scale='identity'."
            )
        return Scale(name, reason, float(response.mean()))
    if name == ORDINAL:
        return Scale(name, reason, float(response.mean()))
    if name == "identity":
        _refuse_extremes(response, request.response)
    origin = float(np.median(response))
    is_loss = request.direction == "lower" and request.target is None
    lost = request.scale == "auto" and is_loss and name == "identity" and origin > 0
    return Scale(name, reason, origin, by_chance=lost)


def _choose(response: Floats, request: AnalysisRequest) -> tuple[str, str]:
    not_positive = int((response <= 0).sum())
    if request.scale == "log" and not_positive:
        raise UsageError(
            f"Expected positive responses for scale='log'. Received: {not_positive} of {len(response)} "
            f"runs with '{request.response}' <= 0 (lowest {response.min():g}). Use scale='identity'."
        )
    if request.trials is not None:
        return LOGIT, f"'{request.response}' is a share of '{request.trials}'"
    if request.scale != "auto":
        return request.scale, "asked for"
    if request.target is not None:
        return "identity", f"'{request.response}' is a distance, which can be zero"
    if not_positive:
        return "identity", f"'{request.response}' has values that are not positive"
    if request.direction == "higher":
        return "identity", f"'{request.response}' is better when higher, so not a loss-like ratio"
    if np.ptp(response) < MIN_RELATIVE_SPREAD * np.median(response):
        return "identity", f"'{request.response}' varies by less than a millionth of its size"
    return "log", f"all values of '{request.response}' are positive and lower is better"


def _refuse_extremes(response: Floats, name: str) -> None:
    spread = 2 * float(np.ptp(response / 2))
    if spread != 0 and not 1 / SQUARES_OVERFLOW < spread < SQUARES_OVERFLOW:
        raise UsageError(
            f"Expected responses whose squares a computer can hold. Received: '{name}' from "
            f"{response.min():g} to {response.max():g}. Change its unit, or use scale='log'."
        )

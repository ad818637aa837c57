"""Axes: where values stand, ticks in as many digits as they need, and labels that say what is better."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.report.figures.short_text import short
from ablation.report.sentences import Wording

TINY, HUGE = 1e-303, 1e303
"""Limits of what a logarithmic axis can show."""

DECADES = 10.0
"""Ratio of largest to smallest beyond which a positive quantity gets a logarithmic axis."""

Tick = tuple[float, str]


@dataclass(frozen=True)
class Axis:
    """From values to places.

    Attributes:
        low, high: its ends.
        label: what it shows, with unit.
        is_log: whether it is logarithmic.
        ticks: value and text.
        is_named: whether ticks are names, not numbers: no lines go through them.
    """

    low: float
    high: float
    label: str = ""
    is_log: bool = False
    ticks: Sequence[Tick] = ()
    is_named: bool = False

    def share(self, values: Floats | float) -> Floats:
        """How far along the axis values are, 0 at its low end and 1 at its high one."""
        low, high, at = self.low, self.high, np.asarray(values, dtype=np.float64)
        if self.is_log:
            low, high, at = math.log(low), math.log(high), np.log(np.maximum(at, TINY))
        shares: Floats = (at / 2 - low / 2) / (high / 2 - low / 2)
        return shares


def around(values: Floats, label: str = "", is_log: bool | None = None) -> Axis:
    """An axis around values; not all need be finite.

    Args:
        values: what will be shown.
        label: of the axis.
        is_log: None: logarithmic where positive values span decades.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    spans_decades = bool(len(known) and known.min() > 0 and known.max() > DECADES * known.min())
    wide = spans_decades if is_log is None else is_log
    low, high = _limits(known, wide)
    if wide:
        return Axis(low, high, label, True, [(t, tick(t)) for t in _log_steps(low, high)])
    steps = nice_steps(low, high)
    digits = 6
    if len(steps) > 1:
        digits = max(6, math.ceil(math.log10(max(map(abs, steps)) / (steps[1] - steps[0]))) + 1)
    return Axis(low, high, label, False, [(t, tick(t, digits)) for t in steps])


def named(names: Sequence[str], label: str = "") -> Axis:
    """An axis of names: the first at 0, the next at 1, and so on."""
    return Axis(-0.5, max(len(names), 1) - 0.5, label, False, list(enumerate(names)), True)


def of_changes(low: float, high: float, words: Wording) -> Axis:
    """An axis of effects: in % for differences of logarithms, of the share for log-odds, else in units."""
    ticks, unit = relative_ticks(low, high) if words.is_log else ([], "")
    if not words.is_log:
        ticks = [(t, tick(t)) for t in nice_steps(low, high)]
    if shares := words.shares:
        steps = nice_steps(shares.change(low), shares.change(high))
        ticks = [(shares.log_odds(t), tick(t)) for t in steps]
    return Axis(low, high, f"change of {quantity(words.response, words.unit)}{unit}", False, ticks)


def response_label(words: Wording) -> str:
    """'loss (lower is better)', 'train time in s (lower is better)'."""
    return f"{quantity(words.response, words.unit)} ({words.direction} is better)"


def quantity(name: str, unit: str = "") -> str:
    """A column with its unit: `train_seconds` -> 'train time in s'."""
    words = {"n_parameters": "number of parameters", "seconds": "time in s"}
    if latency := re.fullmatch(r"latency_(\d+)_seconds", name):
        return f"latency in s at batch {latency[1]}"
    if name.endswith("_bytes"):
        return f"{short(name.removesuffix('_bytes').replace('_', ' '))} in bytes"
    if name.endswith("_seconds"):
        return f"{short(name.removesuffix('_seconds').replace('_', ' '))} time in s"
    return words.get(name, f"{short(name, 28)} in {unit}" if unit else short(name, 28))


def _limits(known: Floats, is_log: bool) -> tuple[float, float]:
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if is_log:
        pad = math.exp(0.06 * (math.log(high) - math.log(low))) if high > low else 2.0
        return max(low / pad, TINY), min(high * pad, HUGE)
    pad = (high / 2 - low / 2) * 0.12 or abs(low) * 0.05 or 1.0
    return low - pad, high + pad


def nice_steps(low: float, high: float, n: int = 5) -> list[float]:
    """Round numbers between two others, about n of them."""
    rough = high / n - low / n
    if not (math.isfinite(rough) and rough > 0):
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 2.5, 5) if m * power >= rough * (1 - 1e-9)), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def _log_steps(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    subs = (1.0,) if last - first > 4 else (1.0, 2.0, 5.0)
    every = math.ceil((last - first) / 8)
    powers = [10.0**k for k in range(first, last + 1) if k % every == 0 and -303 <= k <= 303]
    return [m * power for power in powers for m in subs if low <= m * power <= high]


def tick(value: float, digits: int = 6) -> str:
    """A tick in as many digits as it needs."""
    if value == 0:
        return "0"
    if abs(value) >= 1e6 or abs(value) < 1e-4:
        return f"{value:.{digits - 3}g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")
    if abs(value) >= 10_000 and digits == 6:
        return f"{value / 1000:g}k".replace("-", "−")
    return f"{value:.{digits}g}".replace("-", "−")


def relative_ticks(low: float, high: float) -> tuple[list[Tick], str]:
    """Ticks for differences of logarithms, and their unit: %, or factors where the range is wide."""
    if high - low > math.log(30):
        base = 10 if high - low > math.log(1e4) else 2 if high - low < math.log(100) else 4
        powers = range(math.ceil(low / math.log(base)), math.floor(high / math.log(base)) + 1)
        keep = math.ceil(len(powers) / 7)
        return [(k * math.log(base), _factor(base, k)) for k in powers if k % keep == 0], " by a factor"
    ends = 100 * math.expm1(low), 100 * math.expm1(high)
    steps = [(math.log1p(p / 100), p) for p in nice_steps(*ends, 6) if p > -100]
    ticks = [(x, f"{p:+.6g}".replace("-", "−") if p else "0") for x, p in _apart(steps, (high - low) / 9)]
    return ticks, " in %"


def _factor(base: int, power: int) -> str:
    return "same" if power == 0 else f"×{tick(base**power)}" if power > 0 else f"÷{tick(base**-power)}"


def _apart(ticks: Sequence[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """Ticks that leave room for each other; zero always stays."""
    spaced = [t for t in ticks if t[1] == 0]
    for candidate in sorted(ticks, key=lambda t: abs(t[0])):
        if all(abs(candidate[0] - k[0]) >= gap for k in spaced):
            spaced.append(candidate)
    return sorted(spaced)


def from_zero(top: float, label: str) -> Axis:
    """An axis from 0 to a little above the top."""
    axis = around(np.array([0.0, top]), label, False)
    return replace(axis, low=0.0, ticks=[t for t in axis.ticks if t[0] >= 0])

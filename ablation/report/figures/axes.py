"""Axes that carry units and say what is better."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from ablation.report.figures.short_text import columns, short
from ablation.report.sentences import Wording

TINY, HUGE = 1e-303, 1e303
"""Limits of what a logarithmic axis can show."""

MAX_NAMED = 24
"""With more levels along an axis only every second, third … is named."""

DECADES = 10.0
"""Ratio of largest to smallest beyond which a positive quantity gets a logarithmic axis."""


def response_label(words: Wording) -> str:
    """'loss (lower is better)', 'train time in s (lower is better)'."""
    return f"{quantity(words.response, words.unit)} ({words.direction} is better)"


def quantity(name: str, unit: str = "") -> str:
    """A column with its unit: `train_seconds` -> 'train time in s'."""
    words = {"n_parameters": "number of parameters", "seconds": "time in s"}
    if name.endswith("_seconds"):
        return f"{short(name.removesuffix('_seconds').replace('_', ' '))} time in s"
    return words.get(name, f"{short(name, 28)} in {unit}" if unit else short(name, 28))


def spans_decades(values: np.ndarray) -> bool:
    """Whether positive numbers spread so widely that a logarithmic axis shows them better."""
    known = values[np.isfinite(values)]
    return bool(len(known) and known.min() > 0 and known.max() > DECADES * known.min())


def scale_axis(axes: Axes, which: str, values: np.ndarray, log: bool | None = None) -> None:
    """Give an axis limits around the values and few, plain ticks.

    Args:
        axes: the plot.
        which: `x` or `y`.
        values: what will be shown; not all need be finite.
        log: whether the axis is logarithmic; None: where positive values span decades.
    """
    known = values[np.isfinite(values)]
    wide = spans_decades(known) if log is None else log
    low, high = _limits(known, wide)
    scale, limits = (axes.set_xscale, axes.set_xlim) if which == "x" else (axes.set_yscale, axes.set_ylim)
    axis = axes.xaxis if which == "x" else axes.yaxis
    scale("log" if wide else "linear")
    limits(low, high)
    digits = 6
    if wide:
        subs = (1.0,) if math.log10(high) - math.log10(low) > 4 else (1.0, 2.0, 5.0)
        axis.set_major_locator(LogLocator(subs=subs, numticks=9))
    else:
        steps = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        axis.set_major_locator(FixedLocator([t for t in steps if low <= t <= high]))
        digits = max(digits, math.ceil(math.log10(np.abs(steps).max() / (steps[1] - steps[0]))) + 1)
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, digits)))


def _limits(known: np.ndarray, log: bool) -> tuple[float, float]:
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if log:
        pad = math.exp(0.06 * (math.log(high) - math.log(low)))
        return max(low / pad, TINY), min(high * pad, HUGE)
    pad = (high / 2 - low / 2) * 0.12 or abs(low) * 0.05 or 1.0
    return low - pad, high + pad


def tick(value: float, digits: int = 6) -> str:
    """A tick in as many digits as it needs."""
    if value == 0:
        return "0"
    if abs(value) >= 1e6 or abs(value) < 1e-4:
        return f"{value:.{digits - 3}g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")
    if abs(value) >= 10_000 and digits == 6:
        return f"{value / 1000:g}k".replace("-", "−")
    return f"{value:.{digits}g}".replace("-", "−")


def relative_ticks(low: float, high: float) -> tuple[list[tuple[float, str]], str]:
    """Ticks for differences of logarithms, and their unit: %, or factors where the range is wide."""
    if high - low > math.log(30):
        base = 10 if high - low > math.log(1e4) else 2 if high - low < math.log(100) else 4
        powers = range(math.ceil(low / math.log(base)), math.floor(high / math.log(base)) + 1)
        keep = math.ceil(len(powers) / 7)
        return [(k * math.log(base), _factor(base, k)) for k in powers if k % keep == 0], " by a factor"
    ends = 100 * math.expm1(low), 100 * math.expm1(high)
    steps = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(*ends)
    found = [(math.log1p(p / 100), p) for p in steps if ends[0] <= p <= ends[1] and p > -100]
    ticks = [(x, f"{p:+g}".replace("-", "−") if p else "0") for x, p in _apart(found, (high - low) / 12)]
    return ticks, " in %"


def _factor(base: int, power: int) -> str:
    return "same" if power == 0 else f"×{tick(base**power)}" if power > 0 else f"÷{tick(base**-power)}"


def _apart(ticks: Sequence[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """Ticks that leave room for each other; zero always stays."""
    kept = [t for t in ticks if t[1] == 0]
    for candidate in sorted(ticks, key=lambda t: abs(t[0])):
        if all(abs(candidate[0] - k[0]) >= gap for k in kept):
            kept.append(candidate)
    return sorted(kept)


def name_levels(axes: Axes, names: Sequence[str], room: int) -> None:
    """Write the names of levels along x, slanted where they need more than `room` characters side by side."""
    every = math.ceil(len(names) / MAX_NAMED)
    axes.set_xticks(range(0, len(names), every), list(names[::every]))
    if sum(columns(name) + 2 for name in names) <= room:
        return
    for text in axes.get_xticklabels():
        text.set(rotation=30, ha="right", rotation_mode="anchor")

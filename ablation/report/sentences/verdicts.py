"""The sentence for a verdict."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.verdicts.finding import Finding
from ablation.analysis.verdicts.forecast import Forecast
from ablation.analysis.verdicts.judging import BETTER, HURTS, INCONCLUSIVE, KEEP, NOTHING, WORSE
from ablation.analysis.verdicts.power import MAX_SEEDS
from ablation.naming import clipped, is_switch
from ablation.numbers import chance, coverage, p_text
from ablation.report.sentences.wording import Wording, verdict_words
from ablation.words import OFF, ON

RARE = 0.02
"""Endings with a smaller probability are not named."""

SECOND_LOOK = "a second look makes false verdicts likelier"


def verdict_sentence(found: Finding, words: Wording) -> str:
    """What was found, with the numbers; then what the average leaves out."""
    return " ".join([_verdict(found, words), *_depends(found, words), *failing_sentences(found, words)])


def with_words(analysis: Analysis, words: Wording) -> pd.DataFrame:
    """The table of verdicts with what a reader wants beside: `component`, `seeds_needed` and `sentence`."""
    return analysis.verdicts.assign(
        component=[component(found, words) for found in analysis.findings],
        seeds_needed=pd.array([f.forecast and f.forecast.seeds for f in analysis.findings], dtype="Int64"),
        sentence=[verdict_sentence(found, words) for found in analysis.findings],
    )


def component(found: Finding, words: Wording) -> str:
    """What is judged: a switch by its name, a level as 'factor=level instead of reference'."""
    name = compared(words, found.factor, found.level, found.reference, found.n_levels)
    return words.placed(name, found.factor, found.within)


def compared(words: Wording, factor: str, level: str, reference: str, n_levels: int) -> str:
    """What is compared, of a factor with so many levels."""
    if n_levels == 2 and reference.lower() in OFF:
        return words.factor(factor) if level.lower() in ON else words.at(factor, level)
    return f"{words.at(factor, level)} instead of {clipped(reference)}"


def difference(row: Mapping[Any, Any], words: Wording) -> str:
    """What a row of a table of contrasts is about: a switch by its name, else 'activation: elu − relu'."""
    name, level, reference = words.factor(row["factor"]), str(row["level"]), str(row["reference"])
    return name if is_switch(reference, level) else f"{name}: {clipped(level)} − {clipped(reference)}"


def judged(words: Wording, found: Finding) -> str:
    """The same in a table, beside the levels: 'activation', 'activation at attention=none'."""
    return f"{words.factor(found.factor)} {words.place(found.factor, found.within)}".rstrip()


def _verdict(found: Finding, words: Wording) -> str:
    name = component(found, words)
    on_average = " on average" if found.depends else ""
    if math.isnan(found.estimate):
        return f"Nothing is known about {name}: the runs do not show its effect apart from others."
    change = f"{words.response} changes by {words.change(found.estimate)}"
    if math.isnan(found.low):
        return f"{name} is inconclusive: {change}, but there is no error estimate to judge it by."
    interval = f"{coverage(found.coverage)} CI {words.interval(found.low, found.high)}"
    if found.verdict == KEEP:
        return f"Keep {name}:{on_average} it {_moves(found, words)}, {p_text(found.p)}."
    if found.verdict == HURTS:
        return f"{name} hurts:{on_average} it {_moves(found, words)}, {p_text(found.p)}."
    if found.verdict in (BETTER, WORSE):
        how = f"{verdict_words(found.verdict)} of {words.margin_text}"
        return f"{name} is{on_average} {how}: it {_moves(found, words)}, {p_text(found.p)}."
    if found.verdict == NOTHING:
        inside = f"inside the margin of {words.margin_text}"
        return f"{name} does nothing that matters{on_average}: {change} ({interval}), {inside}."
    # The interval of one contrast can exclude 0 where its p, corrected for all of them, is not small.
    is_apart = not found.low <= 0 <= found.high
    corrected = f" after correction for the {found.n_verdicts} verdicts" if is_apart else ""
    text = f"{name} is inconclusive{corrected}: {change} ({interval})"
    steps = [_next_step(found.forecast, words)] if found.forecast else []
    if words.is_adaptive:
        steps = [f"the plan of the study says whether more {words.blocks} follow"]
    elif words.has_diverged:
        steps = [f"runs that look diverged are no noise to forecast {words.blocks} from"]
    return "; ".join([text, *steps]) + "."


def _moves(found: Finding, words: Wording) -> str:
    """'lowers loss by 15.40 % (95 % CI 13.60 to 17.20 %)': sizes without signs, unless the signs differ."""
    verb = "lowers" if found.estimate < 0 else "raises"
    bounds = words.interval(found.low, found.high)
    if found.low * found.high > 0:
        low, high = sorted((found.low, found.high), key=abs)
        bounds = f"{words.size(low).removesuffix(words.unit_of_change)} to {words.size(high)}"
    return f"{verb} {words.response} by {words.size(found.estimate)} ({coverage(found.coverage)} CI {bounds})"


def _next_step(forecast: Forecast, words: Wording) -> str:
    """What would settle it and how, or why nothing would."""
    if forecast.seeds is None:
        text = (
            f"even {words.repeats(MAX_SEEDS)} would settle it with probability {chance(forecast.chance)} only"
        )
        return text if words.margin else f"{text}; without a margin it can never be said to do nothing"
    text = f"{words.repeats(forecast.seeds)} would settle it with probability {chance(forecast.chance)}"
    endings = [f"{verdict} {chance(p)}" for verdict, p in forecast.endings.items() if p >= RARE]
    text += f" ({', '.join(endings)})" if endings else ""
    if forecast.partner is not None:
        at = [f"{verdict} at {clipped(level)} ({chance(p)})" for level, (verdict, p) in forecast.at.items()]
        text += f", likely for each level of {words.factor(forecast.partner)}: {', '.join(at)}"
    return f"{text}; {SECOND_LOOK}"


def _depends(found: Finding, words: Wording) -> list[str]:
    """What an average leaves out."""
    if found.depends is None or found.verdict == INCONCLUSIVE or math.isnan(found.low):
        return []
    others, p = found.depends
    return [f"Its effect may depend on {' or '.join(map(words.factor, others))} ({p_text(p)})."]


def failing_sentences(found: Finding, words: Wording) -> list[str]:
    """Levels at which runs fail more often: their average is flattered."""
    return [
        f"Runs with {words.at(found.factor, level)} fail more often: {failed} of {runs}."
        for level, failed, runs in found.failing
    ]

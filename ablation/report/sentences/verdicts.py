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


def verdict_sentence(finding: Finding, words: Wording) -> str:
    """What was found, with the numbers; then what the average leaves out."""
    return " ".join([_verdict(finding, words), *_depends(finding, words), *failing_sentences(finding, words)])


def with_words(analysis: Analysis, words: Wording) -> pd.DataFrame:
    """The table of verdicts with what a reader wants beside: `component`, `seeds_needed` and `sentence`."""
    return analysis.verdicts.assign(
        component=[component(finding, words) for finding in analysis.findings],
        seeds_needed=pd.array([f.forecast and f.forecast.seeds for f in analysis.findings], dtype="Int64"),
        sentence=[verdict_sentence(finding, words) for finding in analysis.findings],
    )


def component(finding: Finding, words: Wording) -> str:
    """What is judged: a switch by its name, a level as 'factor=level instead of reference'."""
    name = compared(words, finding.factor, finding.level, finding.reference, finding.n_levels)
    return words.placed(name, finding.factor, finding.within)


def compared(words: Wording, factor: str, level: str, reference: str, n_levels: int) -> str:
    """What is compared, of a factor with so many levels."""
    if n_levels == 2 and reference.lower() in OFF:
        return words.factor(factor) if level.lower() in ON else words.at(factor, level)
    return f"{words.at(factor, level)} instead of {clipped(reference)}"


def difference(row: Mapping[Any, Any], words: Wording) -> str:
    """What a row of a table of contrasts is about: a switch by its name, else 'activation: elu − relu'."""
    name, level, reference = words.factor(row["factor"]), str(row["level"]), str(row["reference"])
    return name if is_switch(reference, level) else f"{name}: {clipped(level)} − {clipped(reference)}"


def judged(words: Wording, finding: Finding) -> str:
    """The same in a table, beside the levels: 'activation', 'activation at attention=none'."""
    return f"{words.factor(finding.factor)} {words.place(finding.factor, finding.within)}".rstrip()


def _verdict(finding: Finding, words: Wording) -> str:
    name = component(finding, words)
    on_average = " on average" if finding.depends else ""
    if math.isnan(finding.estimate):
        return f"Nothing is known about {name}: the runs do not show its effect apart from others."
    change = f"{words.response} changes by {words.change(finding.estimate)}"
    if math.isnan(finding.low):
        return f"{name} is inconclusive: {change}, but there is no error estimate to judge it by."
    interval = f"{coverage(finding.coverage)} CI {words.interval(finding.low, finding.high)}"
    if finding.verdict == KEEP:
        return f"Keep {name}:{on_average} it {_moves(finding, words)}, {p_text(finding.p)}."
    if finding.verdict == HURTS:
        return f"{name} hurts:{on_average} it {_moves(finding, words)}, {p_text(finding.p)}."
    if finding.verdict in (BETTER, WORSE):
        how = f"{verdict_words(finding.verdict)} of {words.margin_text}"
        return f"{name} is{on_average} {how}: it {_moves(finding, words)}, {p_text(finding.p)}."
    if finding.verdict == NOTHING:
        inside = f"inside the margin of {words.margin_text}"
        return f"{name} does nothing that matters{on_average}: {change} ({interval}), {inside}."
    # The interval of one contrast can exclude 0 where its p, corrected for all of them, is not small.
    is_apart = not finding.low <= 0 <= finding.high
    corrected = f" after correction for the {finding.n_verdicts} verdicts" if is_apart else ""
    text = f"{name} is inconclusive{corrected}: {change} ({interval})"
    steps = [_next_step(finding.forecast, words)] if finding.forecast else []
    if words.is_adaptive:
        steps = [f"the plan of the study says whether more {words.blocks} follow"]
    elif words.has_diverged:
        steps = [f"runs that look diverged are no noise to forecast {words.blocks} from"]
    return "; ".join([text, *steps]) + "."


def _moves(finding: Finding, words: Wording) -> str:
    """'lowers loss by 15.40 % (95 % CI 13.60 to 17.20 %)': sizes without signs, unless the signs differ."""
    verb = "lowers" if finding.estimate < 0 else "raises"
    bounds = words.interval(finding.low, finding.high)
    if finding.low * finding.high > 0:
        low, high = sorted((finding.low, finding.high), key=abs)
        bounds = f"{words.size(low).removesuffix(words.unit_of_change)} to {words.size(high)}"
    size = words.size(finding.estimate)
    return f"{verb} {words.response} by {size} ({coverage(finding.coverage)} CI {bounds})"


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


def _depends(finding: Finding, words: Wording) -> list[str]:
    """What an average leaves out."""
    if finding.depends is None or finding.verdict == INCONCLUSIVE or math.isnan(finding.low):
        return []
    others, p = finding.depends
    return [f"Its effect may depend on {' or '.join(map(words.factor, others))} ({p_text(p)})."]


def failing_sentences(finding: Finding, words: Wording) -> list[str]:
    """Levels at which runs fail more often: their average is flattered."""
    return [
        f"Runs with {words.at(finding.factor, level)} fail more often: {failed} of {runs}."
        for level, failed, runs in finding.failing
    ]

"""The whole answer in a few words: what to use, what makes no difference, what is open."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ablation.analysis import Analysis
from ablation.analysis.verdicts.finding import Finding
from ablation.analysis.verdicts.judging import BETTER, HURTS, INCONCLUSIVE, KEEP, NOTHING, WORSE
from ablation.analysis.verdicts.ranking import Ranking
from ablation.naming import clipped
from ablation.report.sentences.wording import Wording
from ablation.words import OFF, ON, listed

NAMED = 5
"""More of a kind are counted."""

TOO_LITTLE = "perhaps too little to matter"

USE, PROBABLY, SAME, OPEN = "Use", "Probably use", "No difference that matters", "Open"


@dataclass(frozen=True)
class Claim:
    """A piece of the answer: what kind it is, and of what."""

    kind: str
    text: str


def answer(analysis: Analysis, words: Wording) -> list[list[Claim]]:
    """At most two lines of claims: what to use, and what the runs do not ask for."""
    texts: dict[str, list[str]] = {kind: [] for kind in (USE, PROBABLY, SAME, OPEN)}
    for factor in dict.fromkeys(one.factor for one in analysis.findings):
        if _is_left_out(analysis, factor, words):
            continue
        for kind, text in _of_factor(analysis, factor, words):
            texts[kind].append(text)
    lines = [[Claim(kind, first_few(texts[kind])) for kind in pair if texts[kind]] for pair in _LINES]
    return [line for line in lines if line]


def _is_left_out(analysis: Analysis, factor: str, words: Wording) -> bool:
    """Whether a nested factor has levels only where the advice is against: 'no dropout' needs no rate."""
    parent, levels = words.nested.get(factor, ("", ()))
    return _is_against(analysis, parent, levels)


def _is_against(analysis: Analysis, factor: str, levels: Collection[str]) -> bool:
    """Whether levels of a factor other than these are advised, wherever it was judged."""
    each = [
        {one.best, *one.ties, *one.alike} if one.worse else set()
        for one in analysis.ranked
        if one.factor == factor
    ] or [
        {one.level if one.verdict in (KEEP, BETTER) else one.reference}
        if one.verdict in (KEEP, BETTER, HURTS, WORSE)
        else set()
        for one in analysis.findings
        if one.factor == factor
    ]
    return bool(each) and all(each) and set().union(*each).isdisjoint(levels)


def first_few(texts: Sequence[str]) -> str:
    """'no dropout, sigmoid': many are counted."""
    left = [f"{len(texts) - NAMED} more"] if len(texts) > NAMED else []
    return ", ".join([*texts[:NAMED], *left])


_LINES = ((USE, PROBABLY), (SAME, OPEN))


def _of_factor(analysis: Analysis, factor: str, words: Wording) -> list[tuple[str, str]]:
    """What to do with one factor; where it depends on another, one thing for each of its levels."""
    ranked = [one for one in analysis.ranked if one.factor == factor]
    findings = [one for one in analysis.findings if one.factor == factor]
    if ranked:
        each = [(one.within, *_of_ranking(one, findings, words)) for one in ranked]
    elif len({(one.level, one.reference) for one in findings}) > 1:  # nothing is known of its levels
        return [(OPEN, words.factor(factor))]
    else:
        each = [(one.within, *_of_finding(one, words)) for one in findings]
    if len(each) > 1 and len({(kind, text) for _, kind, text, _ in each}) == 1:
        return [each[0][1:3]]
    is_split = len(each) > 1
    each = [one for one in each if one[0] is None or not _is_against(analysis, one[0][0], one[0][1:])] or each
    return [
        (kind, _placed(text, note, words.place(factor, at if is_split else None)))
        for at, kind, text, note in each
    ]


def _placed(text: str, note: str, place: str) -> str:
    """Where a claim holds, and what is added to it, in one pair of brackets at most."""
    if note:
        return " ".join(filter(None, (text, place))) + note
    return f"{text} ({place})" if place else text


def _of_ranking(ranking: Ranking, findings: Sequence[Finding], words: Wording) -> tuple[str, str, str]:
    """The best levels where others are shown to be worse; else what is shown against the reference.

    Returns:
        The kind, the text, and what is added to it.
    """
    name, here = words.factor(ranking.factor), [f for f in findings if f.within in (None, ranking.within)]
    is_large = words.margin is None or any(f.verdict in (KEEP, HURTS) for f in here)
    failing = {level for f in here for level, *_ in f.failing}
    if ranking.worse:
        good = [ranking.best, *ranking.ties, *ranking.alike]
        sound = [level for level in good if level not in failing] or good[:1]
        first, *more = (words.choice(ranking.factor, level) for level in sound)
        best = [first, *(one.removeprefix(f"{name}=") for one in more)]
        text = " or ".join(filter(None, (first_few(best[:-1]), best[-1]))) + _if_failing(sound[0], failing)
        return (USE, text, "") if is_large else (PROBABLY, text, f" ({TOO_LITTLE})")
    known = [f for f in here if f.verdict in (KEEP, HURTS, BETTER, WORSE)]
    if known:
        pairs = [(f.level, f.reference)[:: 1 if f.verdict in (KEEP, BETTER) else -1] for f in known]
        each = [
            f"{words.choice(ranking.factor, better)} rather than {clipped(worse)}"
            + _if_failing(better, failing)
            for better, worse in pairs
        ]
        return (USE if is_large else PROBABLY), first_few(each), ""
    is_same = bool(here) and {f.verdict for f in here} == {NOTHING}
    return (SAME, name, _of_failing(here, words)) if is_same else (OPEN, name, "")


def _if_failing(level: str, failing: Collection[str]) -> str:
    """What must be said where a level is advised whose runs fail."""
    return " (but its runs fail more often)" if level in failing else ""


def _of_failing(findings: Sequence[Finding], words: Wording) -> str:
    """Levels without an effect on the response may still break runs."""
    failing = dict.fromkeys((f.factor, level) for f in findings for level, *_ in f.failing)
    levels = listed([words.choice(*each) for each in failing], NAMED)
    return f" (but runs with {levels} fail more often)" if failing else ""


def _of_finding(finding: Finding, words: Wording) -> tuple[str, str, str]:
    """See `_of_ranking`."""
    if finding.verdict == NOTHING:
        return SAME, words.factor(finding.factor), _of_failing([finding], words)
    if finding.verdict == INCONCLUSIVE or math.isnan(finding.estimate):
        return OPEN, words.factor(finding.factor), ""
    is_level = finding.verdict in (KEEP, BETTER)
    level = finding.level if is_level else finding.reference
    failing = {failing for failing, *_ in finding.failing}
    text = _chosen(finding, is_level, words) + _if_failing(level, failing)
    if finding.verdict in (KEEP, HURTS):
        return USE, text, ""
    assert finding.verdict in (BETTER, WORSE)
    change = words.change(finding.estimate if is_level else -finding.estimate)
    return PROBABLY, text, f" ({change}, {TOO_LITTLE})"


def _chosen(finding: Finding, is_level: bool, words: Wording) -> str:
    """'dropout', 'no dropout', 'attention=spatial', 'sgd', 'a higher depth'."""
    name = words.factor(finding.factor)
    if finding.n_levels == 0:
        return f"a {'higher' if is_level else 'lower'} {name}"
    if finding.reference.lower() in OFF:
        if not is_level:
            return f"no {name}"
        return name if finding.level.lower() in ON else f"{name}={clipped(finding.level)}"
    return words.choice(finding.factor, finding.level if is_level else finding.reference)


_FIRST = {
    "direction": "notes", "diverged-runs": "seeds", "failed-level": "next", "best-cell-failed": "best-cells",
    "failed-runs": "next", "unfinished-runs": "notes", "repeated-rows": "notes", "constant-response": "notes",
    "perfect-fit": "notes", "no-error-estimate": "notes", "not-estimable": "notes", "single-level": "notes",
    "incomparable-cells": "best-cells", "margin-unit": "notes", "wide-margin": "notes",
    "unreplicated": "notes", "outlier": "seeds", "lack-of-fit": "anova", "few-blocks": "robustness",
    "unequal-spread": "diagnostics", "differs-by-seed": "robustness", "influence": "diagnostics",
}  # fmt: skip
"""Notices that belong on the first screen, the weightiest first → the section that says more."""


def cautions(analysis: Analysis) -> Iterator[tuple[int, str]]:
    """Those of the warnings that weigh most: place among them, and the section that says more."""
    codes, weight = [notice.code for notice in analysis.warnings], list(_FIRST)
    for i in sorted((i for i, c in enumerate(codes) if c in _FIRST), key=lambda i: weight.index(codes[i])):
        yield i, _FIRST[codes[i]]

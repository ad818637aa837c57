"""The sentence about a factor with many levels: which is best, and what ties with it."""

from collections.abc import Sequence

from ablation.analysis import Analysis
from ablation.analysis.verdicts.ranking import Ranking
from ablation.naming import clipped
from ablation.numbers import value
from ablation.report.sentences.verdicts import failing_sentences, verdict_sentence
from ablation.report.sentences.wording import Wording
from ablation.words import listed

NAMED = 6
"""More levels than this are counted."""


def lead_sentences(analysis: Analysis, words: Wording) -> list[str]:
    """One sentence per verdict; of a factor with many levels, one per ranking in place of its levels'."""
    sentences = []
    for factor in dict.fromkeys(finding.factor for finding in analysis.findings):
        findings = [finding for finding in analysis.findings if finding.factor == factor]
        ranked = [one for one in analysis.ranked if one.factor == factor]
        known = {level for one in ranked for level in one.levels}
        sentences += [ranking_sentence(one, words) for one in ranked]
        sentences += [verdict_sentence(f, words) for f in findings if f.level not in known or not ranked]
        sentences += dict.fromkeys(
            s for f in findings if f.level in known for s in failing_sentences(f, words)
        )
    return sentences


def ranking_sentence(ranking: Ranking, words: Wording) -> str:
    """The best level, those that are not separated from it or hardly worse, and those that are worse."""
    name = words.placed(words.factor(ranking.factor), ranking.factor, ranking.within)
    best = f"{clipped(ranking.best)} ({words.response} {value(ranking.means[0])})"
    if not ranking.worse:
        return f"{name}: no level is separated from the best, {best}. Choose for other reasons, such as cost."
    n = len(ranking.levels)
    if not ranking.ties and not ranking.alike:
        nearest = words.size(ranking.behind[1])
        text = f"{name}: choose {best}, which is separated from the other {n - 1}"
        return f"{text}; the next is {clipped(ranking.levels[1])}, worse by {nearest}."
    worse = [level for level in ranking.worse if level not in ranking.alike]
    nearest = words.size(ranking.behind[ranking.levels.index(worse[0])]) if worse else ""
    several = " or more" if len(worse) > 1 else ""
    parts = [
        _of(ranking.ties, "not separated from it"),
        _of(ranking.alike, f"worse by less than the margin of {words.margin_text}" if ranking.alike else ""),
        _of(worse, f"worse, by {nearest}{several}"),
    ]
    return f"{name}: {best} is best, and {'; '.join(filter(None, parts))}."


def _of(levels: Sequence[str], how: str) -> str:
    """'relu and elu are not separated from it'; empty without levels."""
    return f"{_listed(levels)} {'is' if len(levels) == 1 else 'are'} {how}" if levels else ""


def _listed(levels: Sequence[str]) -> str:
    """'relu, elu and selu'; many are counted."""
    return listed([clipped(level) for level in levels], NAMED - (len(levels) > NAMED))

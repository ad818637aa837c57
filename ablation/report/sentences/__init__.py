"""The findings of an analysis in sentences, each composed once from numbers and names.

>>> from ablation.report.sentences import Wording, verdict_sentence      # doctest: +SKIP
>>> [verdict_sentence(finding, Wording.of(analysis)) for finding in analysis.findings]  # doctest: +SKIP
"""

from ablation.report.sentences.answer import Claim, answer, cautions
from ablation.report.sentences.notice import notice_sentence
from ablation.report.sentences.ranking import lead_sentences, ranking_sentence
from ablation.report.sentences.verdicts import component, judged, verdict_sentence, with_words
from ablation.report.sentences.wording import Wording, as_wide, verdict_words

__all__ = [
    "Claim",
    "Wording",
    "answer",
    "as_wide",
    "cautions",
    "component",
    "judged",
    "lead_sentences",
    "notice_sentence",
    "ranking_sentence",
    "verdict_sentence",
    "verdict_words",
    "with_words",
]

"""What the analysis found, in sentences: each is composed once, from a finding and the names of things.

>>> from ablation.report.sentences import Wording, verdict_sentence      # doctest: +SKIP
>>> [verdict_sentence(finding, Wording.of(analysis)) for finding in analysis.findings]  # doctest: +SKIP
"""

from ablation.report.sentences.notices import notice_sentence
from ablation.report.sentences.verdicts import component, verdict_sentence, with_words
from ablation.report.sentences.wording import Wording, verdict_words

__all__ = ["Wording", "component", "notice_sentence", "verdict_sentence", "verdict_words", "with_words"]

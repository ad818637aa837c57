"""From p values to verdicts: where an effect lies, relative to zero and to the margin."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.probability.distributions import t_two_sided
from ablation.analysis.probability.multiplicity import holm, nested_holm
from ablation.analysis.sequential.looks import FrozenRow, Looks
from ablation.analysis.verdicts.conservative import Conservative

KEEP, HURTS, BETTER, WORSE = "keep", "hurts", "better", "worse"
NOTHING, INCONCLUSIVE = "does nothing", "inconclusive"


@dataclass(frozen=True)
class Rules:
    """The rules for all verdicts of a study.

    Attributes:
        alpha: error rate of each of the two families of claims.
        share: the part of alpha that is left for signs and sizes.
        margin: the smallest effect that matters, on the analysis scale; None without one.
        lower_is_better: which sign is the better one.
    """

    alpha: float
    share: float
    margin: float | None
    lower_is_better: bool


@dataclass(frozen=True, eq=False)
class Judgement:
    """Adjusted p values of three claims on each contrast, (m,), and the verdicts that follow.

    Attributes:
        p: the effect has the sign of its estimate.
        p_beyond: it is beyond the margin on that side; NaN without a margin.
        p_equivalence: it is inside the margin; NaN without one.
        verdicts: one code per contrast.
        claims: the three p values before correction for the other contrasts, (3, m).
    """

    p: Floats
    p_beyond: Floats
    p_equivalence: Floats
    verdicts: list[str]
    claims: Floats


def judge(
    contrasts: Conservative,
    rules: Rules,
    looks: Looks | None = None,
    frozen: Mapping[int, FrozenRow] = MappingProxyType({}),
) -> Judgement:
    """Judge contrasts together.

    Args:
        contrasts: the contrasts.
        rules: of the study.
        looks: at a study that grows; p values are repeated ones then.
        frozen: contrasts that an earlier look has settled for good, by position.
    """
    claims = _claims(contrasts, rules.margin, looks)
    for i, row in frozen.items():
        claims[:, i] = row.claims
    return decide(claims, contrasts.estimate, rules)


def decide(claims: Floats, estimates: Floats, rules: Rules) -> Judgement:
    """The verdicts on contrasts.

    Every case has one verdict:

    | sign is sure | surely inside the margin | surely beyond it | verdict |
    |---|---|---|---|
    | no | no | | inconclusive |
    | yes or no | yes | | does nothing (that matters) |
    | yes | no | no | better or worse, perhaps by less than the margin |
    | yes | no | yes, or no margin | keep or hurts |

    Signs and sizes are tested as one family: with probability 1 - alpha no effect is called better or worse
    that has the other sign or none, nor kept or hurtful that is not beyond the margin. A contrast's tests are
    nested (what is beyond the margin has its sign), so one part of alpha pays for both until the larger
    claim is settled. A contrast is either outside the margin or not, so does nothing has an alpha of its own.

    Args:
        claims: p values of its sign, of 'beyond the margin' and of 'inside it', each contrast alone, (3, m).
        estimates: of the contrasts, (m,).
        rules: of the study.
    """
    margin, alpha = rules.margin, rules.alpha
    p, p_beyond = nested_holm(claims[0], claims[1])
    p, p_beyond = (np.minimum(values * alpha / rules.share, 1.0) for values in (p, p_beyond))
    p_equivalence = holm(claims[2])
    verdicts = []
    for i, estimate in enumerate(estimates):
        verdicts.append(INCONCLUSIVE)
        if p_equivalence[i] < alpha:
            verdicts[i] = NOTHING
        elif p[i] < alpha:
            is_better = (estimate < 0) == rules.lower_is_better
            is_large = margin is None or p_beyond[i] < alpha
            verdicts[i] = ((KEEP, BETTER) if is_better else (HURTS, WORSE))[not is_large]
    return Judgement(p, p_beyond, p_equivalence, verdicts, claims)


def _claims(contrasts: Conservative, margin: float | None, looks: Looks | None) -> Floats:
    """P values of three claims on each contrast: its sign, beyond the margin, inside it, (3, m)."""
    beyond = inside = np.full(len(contrasts.p), np.nan)
    if margin is not None:
        beyond, inside = _beyond(contrasts, margin), contrasts.equivalence_p(-margin, margin)
    claims = np.array([contrasts.p, beyond, inside])
    return claims if looks is None else looks.repeated(claims, with_margin=margin is not None)


def _beyond(contrasts: Conservative, margin: float) -> Floats:
    """P values of 'the effect is not beyond the margin on its side', by all errors a verdict must pass.

    They are two-sided, as those of the sign: below alpha where the interval lies beyond the margin.
    """
    p = []
    for estimate, errors in zip(contrasts.estimate, contrasts.errors, strict=True):
        away = max(abs(float(estimate)) - margin, 0.0)
        p.append(max(float(t_two_sided(away / se, df)) for se, df in errors))
    return np.array(p)

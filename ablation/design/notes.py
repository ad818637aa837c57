"""What can be concluded from a design and what cannot, in sentences."""

import math
from collections.abc import Sequence
from itertools import groupby

from ablation.design.design import Alias
from ablation.design.verify import Properties, Rank
from ablation.naming import letters
from ablation.words import counted, listed

MAX_GROUPS = 8
"""Groups of aliased effects that a sentence spells out; the alias table has them all."""


def legend(names: Sequence[str]) -> str:
    """Which letter stands for which factor."""
    return ", ".join(f"{a} = {n}" for a, n in zip(letters(len(names)), names, strict=True)) + "."


def inseparable(design: Properties) -> list[str]:
    """Levels that no cell has, and factors whose main effects cannot be separated."""
    notes = []
    if design.lost:
        notes.append(f"No cell has {listed(design.lost)}.")
    single = [group[0] for group in design.main_effects.tied if len(group) == 1]
    if single:
        notes.append(f"The effect of {listed(single)} cannot be estimated whole.")
    for group in design.main_effects.tied:
        if len(group) > 1:
            notes.append(f"The effects of {listed(group)} can no longer be separated.")
    return notes


def conclusions(design: Properties) -> list[str]:
    """Conclusions on main effects, efficiency and two-factor interactions of a design with all levels."""
    return [*inseparable(design), *_orthogonality(design), *_resolution(design), *_interactions(design)]


def one_factor_notes(reference: str, n_factors: int) -> list[str]:
    """Notes on designs that change one factor at a time."""
    if n_factors < 2:
        return []
    return [
        f"Effects hold at the reference cell only ({reference}).",
        "Interactions cannot be seen: no cell differs from the reference cell in two factors.",
        "Every effect is compared with the same reference cell, so its error enters all of them.",
    ]


def _orthogonality(design: Properties) -> list[str]:
    """Whether main effects disturb each other, and what that costs."""
    is_good = (design.balanced and design.orthogonal) or math.isnan(design.d_efficiency)
    if is_good or not design.main_effects.full:
        return []
    lack = [
        word for word, good in (("balanced", design.balanced), ("orthogonal", design.orthogonal)) if not good
    ]
    return [
        f"Not {' and not '.join(lack)}: D-efficiency {design.d_efficiency:.3f} for main effects "
        "(1 is a balanced orthogonal design)."
    ]


def _resolution(design: Properties) -> list[str]:
    """What the main effects are aliased with."""
    lowest = design.resolution or 0
    mixed = [a for a in design.aliases if ":" not in a.effect and ":" in a.other]
    if mixed or (lowest == 3 and design.interactions is None):
        part = "" if not mixed or any(a.complete for a in mixed) else "in part "
        who = list(dict.fromkeys(a.effect for a in mixed))
        all_of_them = not mixed or len(who) == len(design.main_effects.estimable)
        subject = "Main effects" if all_of_them else f"The main effects of {listed(who)}"
        return [
            f"{subject} are aliased {part}with two-factor interactions: they hold if those are negligible."
        ]
    if lowest == 4:
        pairs = any(":" in a.effect for a in design.aliases)
        rest = "; two-factor interactions are aliased with each other" if pairs else ""
        return [f"Main effects are clear of two-factor interactions{rest}."]
    return []


def _interactions(design: Properties) -> list[str]:
    """Which two-factor interactions can be estimated, with all others in the model."""
    if design.interactions is None:
        return ["Too many two-factor interactions to examine which can be estimated."]
    rank = design.interactions
    n_pairs = sum(":" in e for e in (*rank.estimable, *(e for group in rank.tied for e in group)))
    if not n_pairs or not design.main_effects.full:
        return []
    if rank.full:
        own = design.orthogonal and (design.resolution or 5) > 4
        how = "" if own else ", though not independently"
        what = "Of what is left, all" if design.lost else "All"
        return [f"{what} main effects and two-factor interactions can be estimated{how}."]
    start = f"Of the {rank.parameters} parameters of the model with two-factor interactions, {rank.rank}"
    return [f"{start} can be estimated at once. {_clear(rank)}{_tied(rank, design.aliases)}"]


def _clear(rank: Rank) -> str:
    """The interactions that can be separated from all other effects."""
    clear = [e for e in rank.estimable if ":" in e]
    return (
        f"Estimable: {listed(clear)}." if clear else "No two-factor interaction can be told from all others."
    )


def _tied(rank: Rank, aliases: Sequence[Alias]) -> str:
    """The effects of which only sums can be estimated."""
    if not rank.tied or len(rank.tied) > MAX_GROUPS or any(len(group) > 6 for group in rank.tied):
        return ""
    wholly = "wholly " if any(not a.sign for a in aliases) else ""
    return f" Not {wholly}separable: {'; '.join(listed(group) for group in rank.tied)}."


def left_out(n_left: int, n_all: int, rules: Sequence[str], idle: Sequence[str]) -> list[str]:
    """What exclusions removed from the design, and rules that removed nothing."""
    notes = [f"Excluded: {counted(n_left, 'cell')} of {n_all} ({'; '.join(rules)})."] if n_left else []
    return [*notes, *(f"Exclude {rule} matches no cell of this design." for rule in idle)]


_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """Resolutions are written in Roman numerals.

    >>> roman(3), roman(4), roman(8)
    ('III', 'IV', 'VIII')
    """
    text = ""
    for value, numeral in _ROMAN:
        while number >= value:
            text, number = text + numeral, number - value
    return text


def shape(n_levels: Sequence[int]) -> str:
    """Such as `2×2×2×4`; runs of more than four alike as a power, `2^7×4`."""
    parts = [(size, len(list(run))) for size, run in groupby(n_levels)]
    return "×".join(f"{s}^{n}" if n > 4 else "×".join([str(s)] * n) for s, n in parts) or "1"

"""Generators as users write them: `D=-ABC`, `I=ABCD`, `dropout=batch_norm:attention`."""

import re
from collections.abc import Sequence

from ablation.design.regular import Word, solve
from ablation.errors import UsageError
from ablation.naming import find_factor, letters, short_name, short_names


def parse_generators(texts: Sequence[str], factors: Sequence[str]) -> list[Word]:
    """Defining words of the requested fraction.

    A product is written in letters (A is the first factor, B the second, …; I is the identity) or in names
    with `:` or `*` between them. A factor's own name goes before a letter.

    Args:
        texts: such as `D=-ABC`.
        factors: all of two levels.

    Returns:
        Independent words, each with a last factor of its own.

    Raises:
        UsageError: not a product of factors, not independent, or two factors made one.
    """
    if isinstance(texts, str):
        texts = [texts]
    words = solve([_word(str(text), factors) for text in texts])
    _refuse_short(words, factors)
    return words


def _word(text: str, factors: Sequence[str]) -> Word:
    """The word that `left = right` says: their product."""
    left, *right = re.sub(r"\s|\^", "", text).replace("−", "-").replace("–", "-").split("=")
    if not left or len(right) != 1 or not right[0].lstrip("+-"):
        raise UsageError(f"generators: expected such as D=-ABC or I=ABCD. Received: {text!r}")
    return _product(left, factors, text) * _product(right[0], factors, text)


def _product(side: str, factors: Sequence[str], text: str) -> Word:
    word = Word(0, -1 if side.startswith("-") else 1)
    for i in _positions(side.lstrip("+-"), factors, text):
        word = word * Word(1 << i, 1)
    return word


def _positions(side: str, factors: Sequence[str], text: str) -> list[int]:
    """The factors of a product, by name or by letter."""
    named = {name: i for i, name in enumerate(short_names(factors))} | {f: i for i, f in enumerate(factors)}
    lettered = dict(zip(letters(len(factors)), range(len(factors)), strict=True)) | named
    if side in named:
        return [named[side]]
    if side == "I":
        return []
    parts = re.split(r"[:*]", side)
    if len(parts) > 1:
        unknown = [p for p in parts if p not in lettered]
        if not unknown:
            return [lettered[p] for p in parts]
        find_factor(unknown[0], factors, f"generators, {text!r}")
    if all(c in lettered for c in side):
        return [lettered[c] for c in side]
    known = ", ".join(f"{a} = {short_name(f)}" for a, f in zip(letters(len(factors)), factors, strict=True))
    raise UsageError(f"generators: expected products of {known}. Received: {text!r}")


def _refuse_short(words: Sequence[Word], factors: Sequence[str]) -> None:
    """No factor may be held at one level, and no two may always change together."""
    names = short_names(factors)
    dependent = {w.factors[-1]: Word(w.mask ^ 1 << w.factors[-1], w.sign) for w in words}
    columns = {i: dependent.get(i, Word(1 << i, 1)).mask for i in range(len(factors))}
    for i, mask in columns.items():
        if not mask:
            raise UsageError(f"generators: expected every factor to vary. Received: '{names[i]}' is held")
        twin = next((j for j in range(i) if columns[j] == mask), None)
        if twin is not None:
            pair = f"'{names[twin]}' and '{names[i]}' always change together"
            raise UsageError(f"generators: expected factors that can be told apart. Received: {pair}")

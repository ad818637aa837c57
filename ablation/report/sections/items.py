"""Test items: whether effects hold for new items, and how much seeds and items differ."""

import math
from collections.abc import Mapping
from typing import Any

from ablation.numbers import p_text, p_value, plain, units
from ablation.report.document import Prose, Section, Sentences
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import ALL, between, contrast, table_of
from ablation.report.sentences import Wording
from ablation.report.sentences.verdicts import difference
from ablation.report.subject import ResponseResult, Subject


def items(_: Subject, answer: ResponseResult, __: Drawer) -> Section | None:
    """Where rows were of runs and items; nothing otherwise."""
    if answer.analysis is None or answer.analysis.item_effects is None or answer.analysis.items is None:
        return None
    words, effects = Wording.of(answer.analysis), answer.analysis.item_effects
    rows, name = effects.to_dict("records"), answer.analysis.items.name
    again = words.blocks
    text = (
        f"Verdicts are about these {rows[0]['items']} items of {name}, with other {again}. Below, an effect "
        f"must hold for other {again} and for other items like these. Effects are differences of means."
    )
    heads = ["component", "levels", "#effect", f"#{words.level} interval", f"#p, other {again} and items"]
    heads += [f"#p, other {again}", f"#SD of {again}", "#SD of items", "#SD of both"]
    parts = ("sd_seed", "sd_item", "sd_both")
    entries = [
        [
            words.factor(r["factor"]), contrast(r), units(r["estimate"]),
            between(r["ci_low"], r["ci_high"], units), p_value(r["p_adjusted"]), p_value(r["p_seeds"]),
            *(plain(r[part]) for part in parts),
        ]
        for r in rows
    ]  # fmt: skip
    caption = (
        f"Effects on {words.response} for other seeds and items, p by Holm's method; and by what they differ"
    )
    table = table_of(f"{answer.prefix}items", caption, heads, entries, effects, limit=ALL)
    return Section(
        "items", "Test items", [Prose(text), Sentences([item_sentence(r, words) for r in rows]), table]
    )


def item_sentence(row: Mapping[Any, Any], words: Wording) -> str:
    """For which population an effect holds."""
    name = difference(row, words)
    if row["seeds"] < 2:
        return (
            f"{name}: no claim. Fewer than two {words.blocks} have both, and however many items there are, "
            "they describe these trained models, not the component."
        )
    interval = between(row["ci_low"], row["ci_high"], units)
    text = f"{name}: {units(row['estimate'])} ({words.level} CI {interval})"
    if not math.isfinite(row["p"]):
        return f"{text}; there is no error to judge it by."
    wide, here = ("is shown" if row[p] < words.alpha else "is not shown" for p in ("p_adjusted", "p_seeds"))
    return (
        f"{text}. For other {words.blocks} and items an effect {wide} ({p_text(row['p_adjusted'])}); for "
        f"other {words.blocks} on these items it {here} ({p_text(row['p_seeds'])})."
    )

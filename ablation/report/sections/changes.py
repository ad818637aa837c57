"""The page of two studies: effects before and after, cells, best cells, what only one has, settings."""

from collections.abc import Iterator, Sequence

import pandas as pd

from ablation.analysis.changes.effect_changes import BETTER, SAME, WORSE
from ablation.naming import clipped, is_switch, slug
from ablation.numbers import p_value, value
from ablation.report.changed import Changed, ChangedResponse
from ablation.report.document import (
    Block,
    Board,
    BoardRow,
    Cell,
    Document,
    Facts,
    Folded,
    Prose,
    Section,
    Sentences,
    Table,
    Tone,
)
from ablation.report.drawing import Drawer
from ablation.report.figures.bars import bar_axis
from ablation.report.figures.changes import (
    cells_then_and_now,
    change_bar,
    effect_changes,
    effects_axis,
    effects_then_and_now,
)
from ablation.report.sections.explore import NO_RUNS
from ablation.report.sections.header import design
from ablation.report.sections.table_parts import ALL, contrast, table_of, verdict_cell
from ablation.report.sentences import Wording
from ablation.report.sentences.changes import (
    Row,
    average_sentence,
    best_then_and_now,
    change_answer,
    change_sentence,
    change_words,
    component_of,
    how_compared,
    then_and_now,
)
from ablation.words import counted

TONES: dict[str, Tone] = {BETTER: "keep", WORSE: "hurts", SAME: "nothing"}
SHOWN = 64
"""Cells in the page's table; all are in its CSV."""


def changes(both: Changed, drawer: Drawer) -> Document:
    """Everything that is said of two studies."""
    several, main = len(both.responses) > 1, both.responses[0]
    sections = []
    for one in both.responses:
        prefix = "" if one is main else f"{slug(one.first.response)}-"
        for section in _sections(both, one, drawer, prefix):
            chapter = one.first.response if several else ""
            sections.append(Section(f"{prefix}{section.name}", section.title, section.blocks, chapter))
    sections += [_settings(both), _how(both)]
    answer, best = change_answer(main.comparison, main.words), best_then_and_now(main.comparison, main.words)
    names = ("what has changed", "changes.json")
    return Document(both.name, _line(both), answer, best, sections, NO_RUNS, *names)


def _line(both: Changed) -> str:
    main = both.responses[0]
    runs = (counted(one.n_runs, "run") for one in (main.comparison.first, main.comparison.second))
    pairs = f"{len(main.comparison.common.first)} in pairs" if main.comparison.is_paired else "not in pairs"
    return " · ".join([f"{next(runs)} then, {next(runs)} now", pairs, main.words.better])


def _sections(both: Changed, one: ChangedResponse, drawer: Drawer, prefix: str) -> Iterator[Section]:
    comparison, words = one.comparison, one.words
    blocks: list[Block] = [_board(one, drawer, prefix)]
    blocks += drawer.blocks(lambda: effect_changes(comparison, words), prefix)
    how = Sentences([*how_compared(comparison, words), *(both.notes if not prefix else ())])
    yield Section("verdicts", f"What has changed: effects on {words.response}", [*blocks, how])
    if len(comparison.cells):
        yield Section("cells", "Cells that both have", _cells(one, drawer, prefix))
    yield Section("best-cells", "Best cells then and now", [_best(one, prefix)])
    if len(comparison.only):
        yield Section("only", "What only one study has", [_only(one, prefix)])


def _board(one: ChangedResponse, drawer: Drawer, prefix: str) -> Board:
    """The effects as a figure-table."""
    comparison, words = one.comparison, one.words
    axis, rows = effects_axis(comparison, words), comparison.effects.to_dict("records")
    forest = drawer.blocks(lambda: effects_then_and_now(comparison, words), prefix)
    return Board(
        rows=[_board_row(row, words, change_bar(row, axis) if drawer.with_figures else "") for row in rows],
        axis=bar_axis(axis, words),
        table=effects_table(one, prefix),
        sentences=Sentences([change_sentence(row, words) for row in rows]),
        forest=next(iter(forest), None),
        legend="Above, in grey: then. Below: now, in colour where the change is shown (Holm).",
        heads=("component", "change", "change of effect", "p"),
    )


def _board_row(row: Row, words: Wording, bar: str) -> BoardRow:
    return BoardRow(
        name=words.factor(row["factor"]),
        about=" · ".join([*_levels(row), then_and_now(row, words)]),
        verdict=_cell(row),
        change=words.change(row["estimate"]),
        interval=words.interval(row["ci_low"], row["ci_high"]),
        p=p_value(row["p_adjusted"]),
        is_clear=row["p_adjusted"] < words.alpha,
        sentence=change_sentence(row, words),
        bar=bar,
    )


def _levels(row: Row) -> list[str]:
    """'spatial vs none'; nothing of a switch."""
    is_said = is_switch(row["reference"], row["level"])
    return [] if is_said else [f"{clipped(row['level'], 28)} vs {clipped(row['reference'], 28)}"]


def _cell(row: Row) -> Cell:
    return Cell(change_words(row["change"]), tone=TONES.get(row["change"], "open"))


def effects_table(one: ChangedResponse, prefix: str = "", is_brief: bool = False) -> Table:
    """Effects then and now, and their changes; a brief one names what is compared in one column."""
    comparison, words = one.comparison, one.words
    rows: list[list[str | Cell]] = []
    for row in comparison.effects.to_dict("records"):
        effects = [words.change(row[which]) for which in ("first", "second", "estimate")]
        interval = words.interval(row["ci_low"], row["ci_high"])
        name = [component_of(row, words)] if is_brief else [words.factor(row["factor"]), contrast(row)]
        rows.append([*name, *effects, interval, p_value(row["p_adjusted"]), _cell(row)])
    heads = ["component", *([] if is_brief else ["level − reference"]), "#then", "#now", "#change"]
    heads.append(f"#{words.level} interval")
    caption = f"Effects on {words.response} then and now, and their changes; p by Holm over all"
    return table_of(
        f"{prefix}effects", caption, [*heads, "#p", "verdict"], rows, comparison.effects, limit=ALL
    )


def _cells(one: ChangedResponse, drawer: Drawer, prefix: str) -> list[Block]:
    comparison, words = one.comparison, one.words
    names = _cell_names(one)
    rows: list[list[str | Cell]] = []
    order = comparison.cells["second"].sort_values(ascending=words.direction == "lower").index
    for i, row in comparison.cells.loc[order].to_dict("index").items():
        change = [words.change(row["estimate"]), words.interval(row["ci_low"], row["ci_high"])]
        rows.append(
            [
                names[int(i)],
                value(row["first"]),
                value(row["second"]),
                *change,
                p_value(row["p_adjusted"]),
                _cell(row),
            ]
        )
    heads = [
        "cell",
        f"#{words.mean_kind} then",
        "#now",
        "#change",
        f"#{words.level} interval",
        "#p",
        "verdict",
    ]
    caption = f"Cells that both studies have, {words.better}; p by Holm over all cells"
    table = table_of(f"{prefix}cells", caption, heads, rows, comparison.cells.loc[order], limit=SHOWN)
    drawn = drawer.blocks(lambda: cells_then_and_now(comparison, words, names), prefix)
    return [Prose(average_sentence(comparison, words)), *drawn, table]


def _cell_names(one: ChangedResponse) -> list[str]:
    """The cells in common in few words."""
    used = one.comparison.first.selection.used
    return [one.words.cell(used.levels(int(row))) for row in one.comparison.cell_rows]


def _best(one: ChangedResponse, prefix: str) -> Table:
    rows: list[list[str | Cell]] = []
    for when, best, analysis in zip(
        ("then", "now"), one.comparison.best, (one.comparison.first, one.comparison.second), strict=True
    ):
        mean = analysis.best_cells["mean"].iloc[0]
        expected = f"{value(best.shrunken)} ({value(best.low)} to {value(best.high)})"
        ties = counted(len(best.ties), "cell")
        rows.append([when, one.words.cell(best.levels), value(mean), expected, ties])
    heads = [
        "study",
        "best cell",
        f"#{one.words.mean_kind}",
        f"#to be expected on fresh {one.words.blocks}",
        "#ties with it",
    ]
    text = best_then_and_now(one.comparison, one.words)
    return table_of(f"{prefix}best", f"{text[0].upper()}{text[1:]}", heads, rows)


def _only(one: ChangedResponse, prefix: str) -> Table:
    words = one.words
    rows: list[list[str | Cell]] = []
    for row in one.comparison.only.to_dict("records"):
        when = "then" if row["study"] == "first" else "now"
        name = words.factor(row["factor"]) + (f" at {row['within']}" if row["within"] else "")
        is_log = (one.comparison.first if row["study"] == "first" else one.comparison.second).scaling.is_log
        own = words if words.is_log == is_log else Wording(words.response, words.direction, is_log=is_log)
        change = [own.change(row["estimate"]), own.interval(row["ci_low"], row["ci_high"])]
        rows.append(
            [name, contrast(row), when, *change, p_value(row["p_adjusted"]), verdict_cell(row["verdict"])]
        )
    heads = [
        "component",
        "level − reference",
        "study",
        "#effect",
        f"#{words.level} interval",
        "#p",
        "verdict",
    ]
    caption = "Components and levels that only one study compares, with its own verdicts"
    return table_of(f"{prefix}only", caption, heads, rows, one.comparison.only, limit=ALL)


def _settings(both: Changed) -> Section:
    """In what the studies differ besides: data, epochs, code."""
    table: pd.DataFrame = both.settings
    if table.empty:
        return Section(
            "settings", "Settings", [Prose("The studies do not differ in any other known setting.")]
        )
    rows = [[clipped(r["setting"]), r["first"] or "–", r["second"] or "–"] for r in table.to_dict("records")]
    shown = table_of(
        "settings", "Settings in which the studies differ", ["setting", "then", "now"], rows, table, limit=ALL
    )
    caution = Prose("Any of these differences may cause a change, and so may one that nobody recorded.")
    return Section("settings", "Settings that differ", [caution, shown])


def _how(both: Changed) -> Section:
    facts: Sequence[tuple[str, str]] = [
        ("Then", f"{both.first.name}: {design(both.first)}; {both.first.source}"),
        ("Now", f"{both.second.name}: {design(both.second)}; {both.second.source}"),
        ("Tests", f"α = {both.responses[0].words.alpha:g}, Holm over all effects, and over all cells"),
    ]
    words = both.responses[0].words
    blocks = words.blocks if words.block else "runs"
    text = (
        "An effect has changed if the difference of both effects is not 0. Its error allows unequal spread "
        f"and effects that differ between {blocks}, as that of verdicts does. An effect that is significant "
        "in one study and not in the other need not have changed. Unchanged: a test shows the change to be "
        "inside the margin that both studies declare."
    )
    return Section("design", "Design and reading", [Facts(facts), Folded("How to read this", [Prose(text)])])

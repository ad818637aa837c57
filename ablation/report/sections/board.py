"""The figure-table of verdicts: one row per verdict with its effect drawn, and levels ranked."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from ablation.analysis import Analysis
from ablation.analysis.verdicts.ranking import Ranking
from ablation.naming import clipped, is_switch, slug
from ablation.numbers import p_value
from ablation.report.document import Board, BoardRow, Sentences, Table
from ablation.report.drawing import Drawer, figures
from ablation.report.figures.bars import bar, bar_axis
from ablation.report.figures.forest import Effect, changes_axis, effects_of, margin_of
from ablation.report.sections.table_parts import verdict_cell
from ablation.report.sentences import Wording, lead_sentences, verdict_sentence
from ablation.words import listed


def board(analysis: Analysis, words: Wording, table: Table, drawer: Drawer, prefix: str) -> Board:
    """The verdicts of a response; `table` is the same in words."""
    effects = effects_of(analysis)
    forest = drawer.blocks(lambda: figures.effects_forest(analysis, words), prefix)
    factors = dict.fromkeys(effect.finding.factor for effect in effects)
    groups = [[e for e in effects if e.finding.factor == name] for name in factors]
    axis = changes_axis(effects, analysis, words)
    draw = partial(bar, axis=axis, band=margin_of(analysis), words=words)
    return Board(
        rows=[
            row
            for g in groups
            for row in _Group(g, analysis, words, prefix, drawer.with_figures, draw).rows()
        ],
        axis=bar_axis(axis, words),
        table=table,
        sentences=Sentences(lead_sentences(analysis, words)),
        forest=next(iter(forest), None),
        legend=" ".join(_legend(analysis, words)),
    )


def _legend(analysis: Analysis, words: Wording) -> Iterator[str]:
    yield "Line: interval; filled, p in bold: significant (Holm)."
    if words.margin:
        yield f"Band: ±{words.margin_text}, too small to matter."
    if analysis.runs.block and words.block:
        yield f"Small dots: one per {words.block}."


def pair_anchor(a: str, b: str) -> str:
    """The anchor of the figure of a pair of factors."""
    return f"pair-{slug('-'.join(sorted((a, b))), 80)}"


@dataclass(frozen=True, eq=False)
class _Group:
    """The verdicts on one factor."""

    effects: Sequence[Effect]
    analysis: Analysis
    words: Wording
    prefix: str
    has_figures: bool
    draw: Callable[[Effect], str]

    def rows(self) -> Iterator[BoardRow]:
        """One row, or a head and a row for each level or place, the best level first."""
        first, words = self.effects[0].finding, self.words
        name = words.factor(first.factor)
        if len(self.effects) == 1 and first.n_levels <= 2:
            both = f"{_level(first.level)} vs {_level(first.reference)}"
            about = "" if is_switch(first.reference, first.level) else both
            yield replace(self._row(self.effects[0]), name=name, about=about, link=self._link)
            return
        yield BoardRow(name, self._ranking_words(), self._link, is_group=True)
        rows = [replace(self._row(effect), is_inner=True) for effect in self._ordered]
        if first.n_levels > 2 and not any(effect.finding.within for effect in self.effects):
            at = sum(self._sign * effect.estimate < 0 for effect in self._ordered)
            letters = self._letters.get(first.reference, "")
            rows.insert(
                at, BoardRow(_level(first.reference), "the reference", letters=letters, is_inner=True)
            )
        yield from rows

    @property
    def _sign(self) -> int:
        return 1 if self.words.direction == "lower" else -1

    @property
    def _ordered(self) -> Sequence[Effect]:
        """Levels from the best to the worst; places in their own order."""
        if self.effects[0].finding.n_levels <= 2:
            return self.effects
        unknown = math.inf
        return sorted(
            self.effects, key=lambda e: unknown if math.isnan(e.estimate) else self._sign * e.estimate
        )

    def _row(self, effect: Effect) -> BoardRow:
        finding, words = effect.finding, self.words
        at = words.place(finding.factor, finding.within)
        is_place = bool(finding.within) and finding.n_levels <= 2
        return BoardRow(
            name=at if is_place else _level(finding.level),
            about="" if is_place else at,
            verdict=verdict_cell(finding.verdict),
            change=words.change(effect.estimate),
            interval=words.interval(effect.low, effect.high) if math.isfinite(effect.low) else "",
            p=p_value(effect.p),
            is_clear=effect.is_significant,
            sentence=verdict_sentence(finding, words),
            letters="" if finding.within else self._letters.get(finding.level, ""),
            bar=self.draw(effect),
        )

    @property
    def _link(self) -> tuple[str, str] | None:
        """What the effect depends on, and the anchor that shows it."""
        first = self.effects[0].finding
        within = next((effect.finding.within for effect in self.effects if effect.finding.within), None)
        others = (within[0],) if within else first.depends[0] if first.depends else ()
        if not others:
            return None
        text = f"{'depends' if within else 'may depend'} on {listed(list(map(self.words.factor, others)), 2)}"
        where = pair_anchor(first.factor, others[0]) if self.has_figures else "interactions"
        return text, f"{self.prefix}{where}"

    @cached_property
    def _ranked(self) -> Sequence[Ranking]:
        return [one for one in self.analysis.ranked if one.factor == self.effects[0].finding.factor]

    def _ranking_words(self) -> str:
        """'choose sigmoid (elu within the margin)', 'relu and elu tie'; by place where verdicts are split."""
        summaries = []
        for one in self._ranked:
            text = f"choose {_level(one.best)}"
            if one.ties:
                tied = f"{listed(list(map(_level, (one.best, *one.ties))), 4)} tie"
                text = tied if one.worse else "no level is separated from the best"
            if one.alike:
                text += f" ({listed(list(map(_level, one.alike)), 3)} within the margin)"
            summaries.append((text, self.words.placed("", one.factor, one.within)))
        if len({text for text, _ in summaries}) == 1:
            return summaries[0][0]
        return "; ".join(text + at for text, at in summaries[:3])

    @cached_property
    def _letters(self) -> dict[str, str]:
        """Letters of the levels, where they say the same of the best level as the verdicts' ranking does."""
        if len(self._ranked) != 1 or self._ranked[0].within:
            return {}
        (one,) = self._ranked
        table = self.analysis.letters
        rows = table[table["factor"] == one.factor].to_dict("records")
        letters = {str(row["level"]): str(row["letters"]) for row in rows}
        best = set(letters.get(one.best, ""))
        tied = {level for level, own in letters.items() if best & set(own)}
        return letters if tied == {one.best, *one.ties} else {}


def _level(level: str) -> str:
    return clipped(level, 28)

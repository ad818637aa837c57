"""Every figure of a table, and what can be seen on one."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np

from ablation.analysis.data.factors import read_factor
from ablation.naming import factor_labels
from ablation.report import figures
from ablation.report.document import Figure
from ablation.report.drawing import Drawer
from ablation.report.sections.seeds import seeds
from ablation.report.sentences import Wording
from ablation.report.subject import ResponseResult, Subject
from tests.report.figures.states import State

SVG = "{http://www.w3.org/2000/svg}"


def histories(table):
    """Five epochs for every run that did not fail."""
    return {
        key: {"test_loss": [n * loss for n in (5, 4, 3, 2, 1)]}
        if loss == loss
        else {"test_loss": [1.0, None]}
        for key, loss in zip(table["key"], table["loss"], strict=True)
    }


def words_of(analysis, **known) -> Wording:
    """Names as the report has them."""
    return Wording.of(analysis, labels=factor_labels(analysis.request.factors), **known)


def subject(table, factors, response="loss", direction="lower", analysis=None) -> Subject:
    """A study as the report sees it."""
    levels = {name: read_factor(table[name], name).levels for name in factors}
    answer = ResponseResult(response, direction, analysis)
    table = table if "seed" in table else table.assign(seed=0)
    block = "seed" if table["seed"].nunique() > 1 else None
    return Subject("made", table, levels, [answer], "made", block=block)


def strip(table, factors, response="loss", direction="lower", analysis=None):
    """The seeds strip of a table; None where no run has the response."""
    drawer = Drawer(True)
    section = seeds(study := subject(table, factors, response, direction, analysis), study.main, drawer)
    assert not drawer.problems
    return section and next(block.picture for block in section.blocks if isinstance(block, Figure))


def costs(table, factors, response="loss", direction="lower", cost="train_seconds", ties=(0,)):
    """The cost figure of a table."""
    study = subject(table, factors, response, direction)
    spent = table[cost].to_numpy(float)
    return figures.cost(study.ranking(study.main), spent, cost, study.words(study.main), ties)


def curves(told, table, factor, response="loss", direction="lower"):
    """Learning curves of a table."""
    return figures.learning_curves(
        told, table, factor, Wording(response, direction, labels=factor_labels([factor]))
    )


def every_figure(state: State) -> dict[str, list[figures.Plot]]:
    """The pictures that each function makes of a state; none where it has nothing to show."""
    table, factors, direction, analysis = state.table, state.factors, state.direction, state.analysis
    told, asked = histories(table), ("loss", direction)
    found: dict[str, list] = {
        "seeds": [strip(table, factors, *asked, analysis)],
        "curves": [curves(told, table, f, *asked) for f in factors[:2]],
        "cost": [costs(table, factors, *asked), costs(table, factors, *asked, "n_parameters")],
    }
    if analysis is not None:
        words = words_of(analysis)
        found |= {
            "effects": [figures.effects_forest(analysis, words)],
            "means": figures.marginal_means(analysis, words)[:3],
            "interactions": figures.interactions(analysis, words)[:3],
            "questions": [figures.questions(analysis, words)],
            "half_normal": [figures.half_normal(analysis)],
            "residuals": figures.residuals(analysis, words),
        }
    return {name: [p for p in pictures if p is not None] for name, pictures in found.items()}


def words(picture) -> str:
    """What is written in the SVG."""
    return "\n".join(
        "".join(t.itertext()) for t in ET.fromstring(figures.as_file(picture)).iter(f"{SVG}text")
    )


def marks(picture, *looks, kind="points"):
    """Marks of a kind that have all these CSS classes."""
    return [m for m in picture.marks if m.kind == kind and set(looks) <= set(m.look.split())]


def points(picture, *looks):
    """Points with all these classes, (n, 2), in data."""
    found = [np.column_stack([m.x, m.y]) for m in marks(picture, *looks) if len(m.x)]
    return np.concatenate(found) if found else np.empty((0, 2))


def drawn(picture, *looks):
    """The same read from the SVG: pixels, brought back to data by two ticks of each axis."""
    root = ET.fromstring(figures.as_file(picture))
    circles = [
        (float(c.get("cx")), float(c.get("cy")))
        for group in root.iter(f"{SVG}g")
        if set(looks) <= set((group.get("class") or "").split())
        for c in group.iter(f"{SVG}circle")
    ]
    found = np.array(circles).reshape(-1, 2)
    for column, axis, flush, shift in ((0, picture.x, "mid", 0.0), (1, picture.y, "end", -4.0)):
        ticks = [t for t in root.iter(f"{SVG}text") if flush in (t.get("class") or "").split()]
        of = {t.text: float(t.get("xy"[column])) + shift for t in ticks}
        at = [of[text] for _, text in axis.ticks]
        (v0, _), (v1, _) = axis.ticks[0], axis.ticks[-1]
        share = (found[:, column] - at[0]) / (at[-1] - at[0])
        found[:, column] = v0 * (v1 / v0) ** share if axis.is_log else v0 + share * (v1 - v0)
    return found


def assert_sound(picture) -> None:
    """A picture that a page can show: words, marks, well-formed SVG, no number that is none."""
    svg = figures.as_file(picture)
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert any(len(m.x) or len(m.y) for m in picture.marks)
    assert list(root.iter(f"{SVG}text"))
    assert not re.search(
        r'="[^"]*\b(nan|inf)\b', re.sub(r"(aria-label|data-t|data-title)=\"[^\"]*\"", "", svg)
    )
    assert re.fullmatch(r"\w+", picture.name)
    for told in (picture.title, picture.alt):
        assert 5 < len(told) < 2500
        assert told.replace("\u00a0", " ").isprintable()
        assert not re.search(r"\b(nan|None|inf)\b", told.replace(" none", ""))

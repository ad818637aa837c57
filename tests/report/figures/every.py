"""Every figure of a table, and what can be seen on one."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from matplotlib.colors import to_hex
from matplotlib.text import Text

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


def costs(table, factors, response="loss", direction="lower", cost="train_seconds"):
    """The cost figure of a table."""
    study = subject(table, factors, response, direction)
    spent = table[cost].to_numpy(float)
    return figures.cost(study.ranking(study.main), spent, cost, study.words(study.main))


def curves(told, table, factor, response="loss", direction="lower"):
    """Learning curves of a table."""
    return figures.learning_curves(
        told, table, factor, Wording(response, direction, labels=factor_labels([factor]))
    )


def every_figure(state: State) -> dict[str, list[figures.Picture]]:
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
            "interactions": [figures.interactions(analysis, words)],
            "half_normal": [figures.half_normal(analysis)],
            "residuals": [figures.residuals(analysis, words)],
        }
    return {name: [p for p in pictures if p is not None] for name, pictures in found.items()}


def texts(picture) -> list[Text]:
    return [t for t in picture.figure.findobj(Text) if t.get_text()]


def words(picture) -> str:
    """What is written in the SVG."""
    return "\n".join("".join(t.itertext()) for t in ET.fromstring(picture.svg()).iter(f"{SVG}text"))


def markers(axes, kinds="osD^vPX<>p"):
    """Lines of an axes that are markers."""
    return [line for line in axes.get_lines() if line.get_marker() in tuple(kinds)]


def is_hollow(line) -> bool:
    return to_hex(line.get_markerfacecolor()) == "#ffffff"


def marks(picture) -> int:
    """How many lines with data and images there are."""
    drawn = [line for axes in picture.figure.axes for line in axes.get_lines() if len(line.get_xdata())]
    return len(drawn) + sum(len(axes.images) for axes in picture.figure.axes)


def assert_sound(picture) -> None:
    """A picture that a page can show: words, marks, well-formed SVG, no formula, no number that is none."""
    svg = picture.svg()
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert marks(picture) > 0
    assert list(root.iter(f"{SVG}text"))
    assert not any(text.get_parse_math() for text in texts(picture))
    assert re.fullmatch(r"\w+", picture.name)
    for told in (picture.title, picture.alt):
        assert 5 < len(told) < 2500
        assert told.replace("\u00a0", " ").isprintable()
        assert not re.search(r"\b(nan|None|inf)\b", told.replace(" none", ""))

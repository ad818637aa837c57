"""Every figure of a table, and what can be seen on one."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from matplotlib.colors import to_hex
from matplotlib.text import Text

from ablation.report import figures
from tests.report.figures.states import State

SVG = "{http://www.w3.org/2000/svg}"


def histories(table):
    """Three epochs for every run that did not fail."""
    return {
        key: {"test_loss": [4 * loss, 2 * loss, loss]} if loss == loss else {"test_loss": [1.0, None]}
        for key, loss in zip(table["key"], table["loss"], strict=True)
    }


def every_figure(state: State) -> dict[str, list[figures.Picture]]:
    """The pictures that each function makes of a state; none where it has nothing to show."""
    table, factors, direction, analysis = state.table, state.factors, state.direction, state.analysis
    told = histories(table)
    found: dict[str, list] = {
        "seeds": [figures.seeds_strip(table, factors, "loss", direction)],
        "curves": [figures.learning_curves(told, table, f, "loss", direction) for f in factors[:2]],
        "cost": [
            figures.cost(table, factors, "loss", direction),
            figures.cost(table, factors, "loss", direction, "n_parameters"),
        ],
    }
    if analysis is not None:
        found |= {
            "effects": [figures.effects_forest(analysis, "loss", direction)],
            "means": figures.marginal_means(analysis, "loss", direction)[:3],
            "interactions": [figures.interactions(analysis, "loss", direction)],
            "half_normal": [figures.half_normal(analysis)],
            "residuals": [figures.residuals(analysis)],
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
        assert told.isprintable()
        assert not re.search(r"\b(nan|None|inf)\b", told.replace(" none", ""))

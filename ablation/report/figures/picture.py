"""A figure with its words."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO, StringIO

from matplotlib.figure import Figure

from ablation.report.figures.style import drawing
from ablation.report.figures.svg import inline_svg


@dataclass(frozen=True)
class Picture:
    """A figure with what people and programs call it.

    Attributes:
        name: file stem, unique among the pictures of a page.
        title: heading or caption, plain text.
        alt: what it shows, in words with numbers, plain text.
        figure: the drawing.
    """

    name: str
    title: str
    alt: str
    figure: Figure

    def svg(self) -> str:
        """As SVG: text kept as text, ids of this picture alone, nothing outside it; the same every time."""
        out = StringIO()
        with drawing(self.name):
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return inline_svg(out.getvalue(), self.name)

    def png(self, dpi: float = 150) -> bytes:
        """As PNG, `dpi` dots per inch; the same every time."""
        out = BytesIO()
        with drawing(self.name):
            self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
        return out.getvalue()

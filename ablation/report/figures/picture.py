"""A figure with its words."""

from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from ablation.report.figures.style import drawing
from ablation.report.figures.svg import inline_svg
from ablation.report.once import once


@dataclass(frozen=True)
class Picture:
    """A figure with what people and programs call it.

    Canvases are asked directly: `savefig` draws everything twice, once to find out how large it is.

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

    @once  # a file and the page
    def svg(self) -> str:
        """As SVG: text kept as text, ids of this picture alone, nothing outside it; the same every time."""
        out = StringIO()
        with drawing(self.name):
            canvas: Any = FigureCanvasSVG(self.figure)
            canvas.print_svg(out, metadata={"Date": None, "Creator": None})
            # Where everything stands is found once, by the SVG: it is half of the work.
            self.figure.set_layout_engine("none")
        return inline_svg(out.getvalue(), self.name)

    def png(self, dpi: float = 150) -> bytes:
        """As PNG, `dpi` dots per inch; the same every time."""
        out, usual = BytesIO(), self.figure.get_dpi()
        self.svg()
        with drawing(self.name):
            self.figure.set_dpi(dpi)
            canvas: Any = FigureCanvasAgg(self.figure)
            canvas.print_png(out, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
            self.figure.set_dpi(usual)
        return out.getvalue()

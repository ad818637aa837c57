"""index.html: the document as one file that asks no network for anything."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING

from ablation.report.document import Document
from ablation.report.figures import Plot, draw

if TYPE_CHECKING:
    from jinja2 import Environment

    from ablation.report.figures import Picture

MAX_SVG_BYTES = 400_000
"""A larger drawing goes into the page as PNG, if that is smaller."""


def html(document: Document) -> str:
    """The whole report as one page, readable without JavaScript."""
    pages = _environment()
    script = _bare(_source("page.js"))
    return pages.get_template("page.html.j2").render(
        document=document,
        pictures={picture.name: _drawing(picture) for picture in document.pictures},
        style=_source("style.css"),
        figure_style=draw.style(),
        data=json.dumps(document.data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _drawing(picture: Plot | Picture) -> tuple[str, str]:
    """('plot' or 'svg', markup) or ('png', data in base64)."""
    if isinstance(picture, Plot):
        return "plot", draw.inline(picture)
    svg = picture.svg()
    if len(svg) > MAX_SVG_BYTES:
        data = base64.b64encode(picture.png(dpi=110)).decode()
        if len(data) < len(svg):
            return "png", data
    return "svg", svg


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("ablation.report.formats"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _bare(script: str) -> str:
    """A script without indentation and lines of comment, which a page need not carry."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@cache
def _source(name: str) -> str:
    """A file of the templates' folder as it is."""
    from importlib.resources import files

    return (files("ablation.report.formats") / "templates" / name).read_text(encoding="utf-8")

"""From matplotlib's SVG to one that can stand in a page beside others: small, with ids of its own."""

from __future__ import annotations

import base64
import re
from io import BytesIO

from PIL import Image

_TAG = re.compile(r"<[^<>]*>")  # matplotlib escapes < and > in text and attributes
_PNG = re.compile(r"data:image/png;base64,\s*([0-9A-Za-z+/=\s]+)")
_REFERENCE = re.compile(r'url\(#([^)"]+)\)|href="#([^"]+)"')
_PALETTE = 256


def inline_svg(svg: str, prefix: str) -> str:
    """Make an SVG fit for a page: no prolog, no metadata, no global style, ids that start with `prefix`.

    Args:
        svg: as matplotlib wrote it.
        prefix: unique in the page.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # A style element would reach beyond this SVG into the page; on the root the same is inherited.
    svg = re.sub(r"<defs>\s*<style[^>]*>[^<]*</style>\s*</defs>", "", svg)
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
    used = {a or b for a, b in _REFERENCE.findall(svg)}
    svg = _TAG.sub(lambda tag: _tag(tag[0], used, prefix), svg)
    return re.sub(r">\s*\n\s*<", ">\n<", svg).strip() + "\n"


def _tag(tag: str, used: set[str], prefix: str) -> str:
    """One tag: ids prefixed, or left out where nothing points at them; coordinates to 1/100 point."""
    if tag.startswith("<image"):
        tag = _PNG.sub(lambda found: "data:image/png;base64," + smaller_png(found[1]), tag)
    else:
        tag = re.sub(r"(\d\.\d\d)\d+", r"\1", tag)
    tag = re.sub(r' id="([^"]*)"', lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", tag)
    tag = re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}-", tag)
    return re.sub(r"\s*\n\s*", " ", tag)


def smaller_png(data: str) -> str:
    """The same picture with a palette where it has few colours, in base64."""
    image: Image.Image = Image.open(BytesIO(base64.b64decode(data)))
    if image.getextrema()[-1] == (255, 255):  # opaque
        image = image.convert("RGB")
        if image.getcolors(_PALETTE) is not None:
            image = image.quantize(_PALETTE, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = BytesIO()
    image.save(out, "png", optimize=True)
    return base64.b64encode(out.getvalue()).decode()

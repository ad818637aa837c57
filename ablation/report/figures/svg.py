"""From matplotlib's SVG to one that can stand in a page beside others: small, with ids of its own."""

import base64
import re
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

_TOKEN = re.compile(r"<[^<>]*>|[^<>]+")  # matplotlib escapes < and > in text and in attributes
_LEFT_OUT = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_PNG = re.compile(r"data:image/png;base64,\s*([0-9A-Za-z+/=\s]+)")
_REFERENCE = re.compile(r'url\(#([^)"]+)\)|href="#([^"]+)"')
_FONT = re.compile(r"font-family: [^;\"]+; ")
_MARKERS = re.compile(r"<g([^>]*)>\n((?:<use [^>]*/>\n)+)</g>")
_PALETTE = 256

FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
"""All about as wide, so that what was laid out for the first fits where a reader has another."""


def inline_svg(svg: str, prefix: str) -> str:
    """Make an SVG fit for a page: no prolog, no metadata, no global style, ids that start with `prefix`."""
    svg = _LEFT_OUT.sub("", svg[svg.index("<svg") :])
    # What matplotlib's style element sets would reach beyond this SVG into the page; the root hands it down.
    root = f'stroke-linejoin="round" stroke-linecap="butt" font-family="{FONTS}"'
    names = list(dict.fromkeys(a or b for a, b in _REFERENCE.findall(svg)))
    ids = {name: f"{prefix}-{i}" for i, name in enumerate(names)}
    tokens = (_smaller(token, ids) for token in _TOKEN.findall(svg))
    svg = "".join(_without_idle_groups(tokens)).replace("<svg ", f"<svg {root} ", 1)
    return _MARKERS.sub(_style_once, svg)


def _smaller(token: str, ids: dict[str, str]) -> str:
    """A tag with its id renamed, or without one that nothing points at; coordinates to 1/100 point."""
    if not token.startswith("<"):
        return token
    if token.startswith("<image"):
        token = _PNG.sub(lambda image: "data:image/png;base64," + smaller_png(image[1]), token)
    else:
        token = re.sub(r"(\d\.\d\d)\d+|\.0+(?=[ \"),])", r"\1", token)
        token = re.sub(r' transform="rotate\(-?0 [^"]*"', "", _FONT.sub("", token))
    token = re.sub(r' id="([^"]*)"', lambda m: f' id="{ids[m[1]]}"' if m[1] in ids else "", token)
    token = _REFERENCE.sub(lambda m: f"url(#{ids[m[1]]})" if m[1] else f'href="#{ids[m[2]]}"', token)
    return re.sub(r"\s+", " ", token)


def _without_idle_groups(tokens: Iterator[str]) -> Iterator[str]:
    """Leave out groups without attributes, and the space between elements."""
    idle: list[bool] = []
    text = False
    for token in tokens:
        if token == "<g>" or token.startswith("<g "):
            idle.append(token == "<g>")
            yield "" if idle[-1] else token + "\n"
        elif token == "</g>":
            yield "" if idle.pop() else token + "\n"
        elif token.startswith("<"):
            text = token.startswith("<text")
            yield token if text or token == "<g/>" else token + "\n"
        elif text:
            yield token


def _style_once(group: re.Match[str]) -> str:
    """Markers that look alike: their style is said once, by their group."""
    styles = re.findall(r'style="[^"]*"', group[2])
    if len(styles) < 2 or len(set(styles)) > 1 or "style=" in group[1]:
        return group[0]
    return f"<g{group[1]} {styles[0]}>\n" + group[2].replace(f" {styles[0]}", "") + "</g>"


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

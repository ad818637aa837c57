"""Kept pictures of the gallery: what each part of a page looks like, so reduced that browsers hardly matter.

`python -m tests.report.kept` makes them anew, after a change of the pages that somebody has looked at.
"""

import base64
import io
import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageFilter
from PIL.PngImagePlugin import PngInfo

from ablation.report.write import write_report
from tests.report.conftest import at, headless
from tests.report.gallery import STUDIES

PICTURES = Path(__file__).parent / "pictures"
WIDTHS = (390, 900, 1600)
SCHEMES = ("light", "dark")

SIDE = 40
"""Pixels of the square that each part of a page becomes: a part that is a little longer stays alike."""

TOLERANCE, LIKENESS = 0.06, 0.5
"""How much longer a part may be, as a logarithm, and the least correlation of its picture with the kept one.

Measured on two pages at two widths: letters 0.6 % farther apart, 1.5 % larger or lines 2 % apart change
lengths by at most 0.053 and leave a correlation of 0.67; each style rule of `test_gallery.RULES` that is
taken away changes a length by 0.089 at least.
"""

ONLY_LENGTH = {"design", "next", "anova", "article", "diagnostics", "attribution", "stability"}
"""Parts of one line, or of text alone: where lines break decides how they look."""

FONT = "DejaVu Sans"
FONTS = f":root {{ --sans: '{FONT}'; --mono: '{FONT} Mono' }}"

PARTS = """
const style = document.createElement('style');
style.textContent = arguments[0];
document.head.append(style);
const parts = [...document.querySelectorAll('.head, .contents, main > section')];
return [document.documentElement.scrollHeight, parts.map((part) => {
  const {x, y, width, height} = part.getBoundingClientRect();
  return [part.id || part.className, x, y + scrollY, width, height];
})];
"""


def has_font():
    """Whether the font of the kept pictures is installed."""
    try:
        found = subprocess.run(["fc-match", FONT], capture_output=True, text=True, timeout=30)
    except OSError:
        return False
    return FONT in found.stdout


def taken(browser, width):
    """Each part of the open page: name → (height over width, its greys from 0, the ground, to 15)."""
    height, parts = browser.execute_script(PARTS, FONTS)
    scale = 0.25 if width > 800 else 0.5
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": scale}
    asked = {"format": "png", "captureBeyondViewport": True, "clip": clip}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", asked)
    page = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("L")
    found = {}
    for name, x, y, w, h in parts:
        box = tuple(scale * value for value in (x, y, x + w, y + h))
        square = np.asarray(page.resize((SIDE, SIDE), Image.Resampling.BOX, box), dtype=float)
        away = np.abs(square - np.median(square))
        found[name] = (h / w, np.round(15 * away / max(away.max(), 1)).astype(np.uint8))
    return found


def differences(kept, now, tolerance=TOLERANCE, likeness=LIKENESS):
    """In what parts a page looks otherwise than it did, a sentence each."""
    told = [f"{name}: only one has it" for name in sorted(set(kept) ^ set(now))]
    for name in [name for name in kept if name in now]:
        (was, before), (has, after) = kept[name], now[name]
        if abs(np.log(has / was)) > tolerance:
            told.append(f"{name}: {has / was:.2f} times as long")
        elif name not in ONLY_LENGTH and (alike := _alike(before, after)) < likeness:
            told.append(f"{name}: correlation {alike:.2f}")
    return told


def _alike(before, after):
    """Correlation of two squares, without what is finer than a line of text."""
    blur = ImageFilter.GaussianBlur(2)
    both = [np.asarray(Image.fromarray(square * 17).filter(blur), float) for square in (before, after)]
    return float(np.corrcoef(*(square.ravel() for square in both))[0, 1])


def place(study, width, scheme):
    return PICTURES / f"{study}-{width}-{scheme}.png"


def save(parts, path):
    """Parts side by side in one file; their names and shapes stand in its head."""
    sheet = Image.fromarray(np.hstack([square for _, square in parts.values()]), mode="P")
    sheet.putpalette([level * 17 for level in range(16) for _ in "rgb"])
    head = PngInfo()
    head.add_text("parts", json.dumps({name: round(shape, 4) for name, (shape, _) in parts.items()}))
    sheet.save(path, optimize=True, bits=4, pnginfo=head)


def load(path):
    with Image.open(path) as sheet:
        shapes, squares = json.loads(sheet.text["parts"]), np.asarray(sheet)
    each = np.split(squares, len(shapes), axis=1)
    return {name: (shape, square) for (name, shape), square in zip(shapes.items(), each, strict=True)}


def main():
    """Take all pictures; one that is nearly the same as that which is there is not written again."""
    PICTURES.mkdir(exist_ok=True)
    with headless() as browser, TemporaryDirectory() as root:
        for name, make in STUDIES.items():
            folder = make(Path(root) / name)
            write_report(str(folder))
            page = (folder / "report/index.html").resolve().as_uri()
            for width in WIDTHS:
                for scheme in SCHEMES:
                    at(browser, page, width, scheme)
                    now, path = taken(browser, width), place(name, width, scheme)
                    if not path.exists() or differences(load(path), now, 0.01, 0.9):
                        save(now, path)


if __name__ == "__main__":
    main()

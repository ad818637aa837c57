"""The first screen of a report as a picture, such as that of the README.

python -m tests.report.first_screen runs/quick/report/index.html docs/report.png
"""

import io
import sys
from pathlib import Path

from PIL import Image

from tests.report.conftest import at, headless

WIDTH, HEIGHT = 1600, 710
"""Pixels."""


def main(page: Path, picture: Path) -> None:
    with headless() as browser:
        at(browser, page.resolve().as_uri(), WIDTH, height=HEIGHT)
        browser.execute_script("document.documentElement.style.scrollbarWidth = 'none'")
        taken = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    taken.quantize(256, dither=Image.Dither.NONE).save(picture, optimize=True)  # a third of its size


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

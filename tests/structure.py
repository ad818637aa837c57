"""The rooms of the package and what they import, as docs/structure.md draws them."""

import re
from pathlib import Path

import grimp

PAGE = Path(__file__).parents[1] / "docs" / "structure.md"
SMALL = {"words", "errors", "extras", "naming", "numbers", "files", "gpus", "interrupts"}
"""Rooms that everybody uses: arrows to them would hide the others."""


def drawing() -> str:
    """Mermaid's text for the imports between rooms, without arrows that a longer way implies."""
    graph = grimp.build_graph("ablation")
    rooms = {name.split(".")[1] for name in graph.find_children("ablation")} - SMALL
    arrows = {a: {b for b in rooms - {a} if _imports(graph, a, b)} for a in rooms}
    lines = [f"  {a} --> {b}" for a in sorted(rooms) for b in sorted(arrows[a]) if not _implied(arrows, a, b)]
    return "\n".join(["```mermaid", "graph TD", *lines, "```"])


def _imports(graph: grimp.ImportGraph, a: str, b: str) -> bool:
    return graph.direct_import_exists(importer=f"ablation.{a}", imported=f"ablation.{b}", as_packages=True)


def _implied(arrows: dict[str, set[str]], a: str, b: str) -> bool:
    """Whether another room that `a` imports leads to `b` as well."""
    seen: set[str] = set()
    left = list(arrows[a] - {b})
    while left:
        room = left.pop()
        if room not in seen:
            seen.add(room)
            left += arrows[room]
    return b in seen


def redrawn(page: str) -> str:
    """The page with the drawing of the present code."""
    start, end = "<!-- drawing -->\n", "\n<!-- end of drawing -->"
    return re.sub(f"(?<={start}).*?(?={end})", lambda _: drawing(), page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(redrawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

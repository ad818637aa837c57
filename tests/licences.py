"""The licence of every locked requirement, as its package declares it."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "requirements" / "LICENCES.md"
_HEAD = """\
# Licences of the locked requirements

What each package declares, gathered from its metadata by `python -m tests.licences`. A test refuses licences
of the GPL; psycopg is under the LGPL, is used as it is, and comes with the extra `postgres` alone. NVIDIA's
libraries come with the extra `gpu` and are under NVIDIA's own terms.

| package | licence | for |
| --- | --- | --- |
"""
ELSEWHERE = {"tensorflow": "Apache 2.0", "colorama": "BSD License", "tzdata": "Apache-2.0"}
"""Locked for machines of another kind."""
UNDECLARED = {"namex": "Apache-2.0"}
"""Packages whose metadata say nothing: read from their sources."""


def locked() -> dict[str, list[str]]:
    """Name of each locked package → the files that lock it."""
    found: dict[str, list[str]] = {}
    for lock in ("cpu", "gpu", "dev", "docs", "oldest", "newest"):
        text = (ROOT / f"requirements/{lock}.txt").read_text()
        for name in dict.fromkeys(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[.*?\])?==", text, re.MULTILINE)):
            found.setdefault(name, []).append(lock)
    return dict(sorted(found.items()))


def is_of_the_page(name: str) -> bool:
    """Whether the version that is installed here is that of the first lock, which the page tells of."""
    pins = (ROOT / f"requirements/{locked()[name][0]}.txt").read_text()
    return f"{name}=={distribution(name).version} " in re.sub(r"\[.*?\]==", "==", pins)


def licence(name: str) -> str | None:
    """What a package declares; None where it is not installed here."""
    if name.startswith("nvidia-"):
        return "NVIDIA's own terms"
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    try:
        return _declared(distribution(name)) or UNDECLARED.get(name, "")
    except PackageNotFoundError:
        return None


def _declared(package: Distribution) -> str:
    """An SPDX expression, else classifiers, else the first line of the old field."""
    told = package.metadata
    classifiers = [
        c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or [] if c.startswith("License")
    ]
    free_text = (told.get("License") or "").strip().partition("\n")[0]
    return told.get("License-Expression") or ", ".join(classifiers) or free_text


def read() -> dict[str, str]:
    """Name → licence, as the page has them."""
    return dict(re.findall(r"^\| (\S+) \| ([^|]*) \| [^|]* \|$", PAGE.read_text(), re.MULTILINE)[2:])


if __name__ == "__main__":
    earlier = read() if PAGE.exists() else {}
    lines = [
        f"| {name} | {licence(name) or earlier.get(name, '')} | {', '.join(locks)} |"
        for name, locks in locked().items()
    ]
    PAGE.write_text(_HEAD + "\n".join(lines) + "\n")

"""The settings of every subcommand, as docs/settings.md lists them."""

from pathlib import Path

from ablation.cli.commands import COMMANDS
from ablation.cli.commands.sweep import PLAN

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
_HEAD = """\
# Settings

What `ablation COMMAND --help` says. `python -m tests.settings` writes this page; a test compares it.
"""
HERE = {"Studies", "Groups"}
"""What depends on the folder where the command is given."""


def page() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD]
    for command in COMMANDS:
        settings = {k: v for k, v in command.settings().items() if k not in HERE and command is not PLAN}
        parts += (
            [f"## ablation {command.name}\n\n    ablation {command.name} {command.usage}\n"]
            if settings
            else []
        )
        for heading, meanings in settings.items():
            rows = [f"| `{_cell(key)}` | {_cell(meaning)} |" for key, meaning in meanings.items()]
            parts.append("\n".join([f"### {heading}\n", "| setting | meaning |", "| --- | --- |", *rows, ""]))
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

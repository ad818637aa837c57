"""The documentation as a site: every page can be found, and generated pages are those of the present code."""

import tomllib

from ablation.cli.commands.run import COMMAND as RUN
from tests.settings import PAGE, page


def test_every_page_of_the_docs_stands_in_the_contents(root):
    contents = tomllib.loads((root / "zensical.toml").read_text())["project"]["nav"]
    listed = [name for entry in contents for pages in entry.values() for name in pages]
    assert sorted(listed) == sorted(path.name for path in (root / "docs").glob("*.md"))


def test_help_of_a_command_s_file_names_no_key_that_the_file_may_not_have():
    shown = RUN.settings()["The sweep, in the file as well"]
    assert "union" in shown
    assert not {"replicates", "study", "gpus", "sweep"} & set(shown)


def test_the_settings_are_those_that_the_help_explains():
    assert page() == PAGE.read_text(encoding="utf-8"), "python -m tests.settings writes it anew"

"""What must be true of the project itself."""

import json
import re
import subprocess

import pytest
import yaml

LOCKS = ("cpu", "gpu", "dev", "oldest", "newest")


@pytest.mark.parametrize("name", LOCKS)
def test_requirements_are_pinned_and_hashed_and_name_no_address(root, name):
    text = (root / f"requirements/{name}.txt").read_text()
    assert "://" not in text
    assert "--index-url" not in text
    pins = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert len(pins) > 20
    assert all("==" in line for line in pins)
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert all("--hash=sha256:" in entry for entry in entries if re.match(r"[a-z0-9]", entry))


def test_the_base_install_has_no_deep_learning_backend(root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    named = " ".join(project["dependencies"])
    assert not re.search(r"tensorflow|jax|torch|keras", named)
    assert {"cpu", "gpu", "jax", "torch", "dev"} <= set(project["optional-dependencies"])


def test_a_report_starts_without_a_deep_learning_library(root):
    import sys

    code = "import sys, ablation.report, ablation.sweep; print([m for m in sys.modules if m in sys.argv[1:]])"
    names = ["keras", "tensorflow", "jax", "torch"]
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_make_lists_its_targets(root):
    shown = subprocess.run(["make", "-s"], cwd=root, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "sweep", "report", "test", "check", "clean"):
        assert re.search(rf"make {target} +\w", shown)


def test_the_readme_names_only_targets_files_and_settings_that_exist(root):
    text = (root / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*##", (root / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)(?=\s|`)", text)) <= targets
    for study in re.findall(r"STUDY=(\w+)", text):
        assert study == "mine" or (root / f"conf/study/{study}.yaml").exists()
    assert len(text.splitlines()) <= 60, "one screen"


def test_every_link_leads_to_a_page_and_a_heading(root):
    pages = [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").glob("*.md")]
    for page in pages:
        for target, _, anchor in re.findall(r"\]\(([\w./-]+)(#?)([\w-]*)\)", page.read_text()):
            linked = page.parent / target
            assert linked.exists(), (page.name, target)
            headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE) if anchor else []
            slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert not anchor or anchor in slugs, (page.name, target, anchor)


def test_the_index_names_every_page(root):
    index = (root / "docs/index.md").read_text()
    missing = [page.name for page in (root / "docs").glob("*.md") if f"({page.name})" not in index]
    assert missing == ["index.md"]


def test_the_page_of_facts_names_every_finding(root):
    named = re.findall(r"findings/(\w+\.sh)", (root / "docs/ground.md").read_text())
    assert sorted(set(named)) == sorted(path.name for path in (root / "findings").iterdir())


def test_the_page_for_programs_has_every_command_that_prints_json(root):
    from ablation.cli.commands import COMMANDS

    page = (root / "docs/agents.md").read_text()
    prints = [command.name for command in COMMANDS if "--json" in command.options]
    assert len(prints) >= 6
    assert [name for name in prints if f"`ablation {name} " not in page] == []


def test_the_version_is_said_in_one_place(root):
    """In pyproject.toml; what must repeat it agrees, and no module does."""
    import tomllib

    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nversion: {version}\n" in (root / "CITATION.cff").read_text()
    assert json.loads((root / ".zenodo.json").read_text())["version"] == version
    assert f"## {version}" in (root / "CHANGELOG.md").read_text()
    code = [path for path in (root / "ablation").rglob("*.py") if f'"{version}"' in path.read_text()]
    assert code == []


def test_the_citation_and_the_archive_say_the_same(root):
    import tomllib

    cited = yaml.safe_load((root / "CITATION.cff").read_text())
    archived = json.loads((root / ".zenodo.json").read_text())
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    for name in ("title", "keywords", "version"):
        assert cited[name] == archived[name]
    assert [author["name"] for author in cited["authors"]] == [one["name"] for one in archived["creators"]]
    assert cited["license"].lower() == archived["license"] == project["license"].lower()
    assert {"cff-version", "message", "type"} <= cited.keys()

"""What must be true of the project itself."""

import re
import subprocess

import pytest

LOCKS = ("cpu", "gpu", "dev")


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
    assert {"cpu", "gpu", "jax", "dev"} <= set(project["optional-dependencies"])


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
    for path in re.findall(r"\]\((docs/[\w.-]+)\)", text):
        assert (root / path).exists()

"""The framework on the oldest and on the newest versions that pyproject.toml allows: `nox`.

`requirements/oldest.txt` and `newest.txt` pin them (`make lock`); newest means release candidates as well.
Neither has a deep-learning library: networks are trained on the versions of `requirements/cpu.txt`.

`base` has the locked versions on Python 3.12, first without extras.
The session `torch` has PyTorch beside these versions, and no TensorFlow: `nox -s torch`.
`trackers` has the packages that runs are logged to, `sources` one tool at a time whose files are read;
`release` makes what an upload needs, in dist/.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import nox

nox.options.sessions = ["oldest", "newest", "base"]
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"  # a second run installs what changed
nox.options.error_on_missing_interpreters = False  # CI says of which Python it had none, and goes on
nox.options.download_python = "never"
TOOLS = ("pytest", "pytest-xdist", "hypothesis", "hatchling", "editables")
TESTS = (  # where Hydra, OmegaConf, pandas and statsmodels show; the whole suite runs on the locked versions
    "tests/cli/test_cli.py",
    "tests/test_conf.py",
    *(f"tests/sweep/test_{name}.py" for name in ("compose", "plan_and_status")),
    *(f"tests/results/test_{name}.py" for name in ("table", "levels", "older_version")),
    *(f"tests/analysis/test_{name}.py" for name in ("article", "fit", "anova", "traps")),
    *(f"tests/report/test_{name}.py" for name in ("load", "arguments", "markdown")),
)

NEWEST_TESTS = (
    *TESTS,
    *(
        f"tests/{name}.py"
        for name in ("cli/test_wrong_input", "sweep/test_configurations", "sweep/test_grammar")
    ),
)


def installed_python(*minors: str) -> str:
    """The first of these that there is, on the path or among pyenv's; else that of this environment."""
    for minor in minors:
        names = [f"python{minor}", *map(str, Path.home().glob(f".pyenv/versions/{minor}*/bin/python"))]
        for name in filter(shutil.which, names):  # pyenv's names on the path may lead nowhere
            if subprocess.run([name, "--version"], capture_output=True, check=False).returncode == 0:
                return name
    return sys.executable


@nox.session(python="3.11")
def oldest(session: nox.Session) -> None:
    """Lower bounds, on Python 3.11."""
    run(session, "oldest")


@nox.session(python=installed_python("3.14", "3.13", "3.12"))
def newest(session: nox.Session) -> None:
    """The newest releases and release candidates, on the newest Python that is installed."""
    run(session, "newest", NEWEST_TESTS)


def locked_pins(free: Sequence[str] = ()) -> str:
    """The locked versions, without their hashes, except for packages that are free."""
    locked = [Path(f"requirements/{name}.txt").read_text() for name in ("cpu", "dev")]
    pins = set(re.findall(r"^[a-z0-9][^\\\n]*", "\n".join(locked), flags=re.MULTILINE))
    return "\n".join(sorted(pin for pin in pins if pin.partition("==")[0] not in free))


TORCH = (
    "torch==2.13.0",
    "keras",
    "jax",
    "lightning",
    "scikit-learn",
    "nbclient",
    "ipykernel",
    "pytest-xdist",
)
TORCH_TESTS = (
    "tests/app/costs/test_costs.py::test_operations_are_those_counted_by_hand",
    "tests/app/costs/test_costs.py::test_a_forward_pass_gives_a_time_and_nothing_else",
    "tests/app/training/test_on_torch.py",
    "tests/app/training/test_backends_agree.py",
    "tests/app/networks/test_backend.py",
    "--deselect=tests/app/networks/test_backend.py::test_layers_and_heatmaps_hold_on_other_backends_as_well[jax]",
    "tests/sweep/test_torch_examples.py",
)


@nox.session(venv_backend="venv")  # by pip, which finds wheels that lie on a machine; PyTorch's are gigabytes
def torch(session: nox.Session) -> None:
    """Networks and examples on PyTorch, without TensorFlow; the other versions are the locked ones."""
    install_locked(session, *TORCH)
    named = session.posargs or ("-n", "2", "--dist", "loadfile", *TORCH_TESTS)
    session.run(
        "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *named, env={"KERAS_BACKEND": "torch"}
    )


TRACKERS = (
    "tensorboard==2.21.0",
    "mlflow-skinny==3.17.2",
    "sqlalchemy",
    "alembic==1.20.1",
    "wandb==0.31.0",
    "trackio==0.43.0",
)

TRACKER_TESTS = ("tests/trackers", "tests/sweep/test_tracking.py", "tests/sources/test_wandb_server.py")


@nox.session(python="3.11")
def trackers(session: nox.Session) -> None:
    """Runs are logged to the real packages, and read back."""
    install_locked(session, *TRACKERS, "pytest", free=["pillow"])  # trackio 0.43 holds it below 13
    named = session.posargs or TRACKER_TESTS
    session.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *named)


SOURCES = {  # tests/sources/make_TOOL.py → what it needs
    "optuna": ("optuna==5.0.0",),
    "hydra": ("hydra-core==1.3.8",),
    "tensorboard": ("tensorboardX==2.6.5",),
    "mlflow": ("mlflow==3.17.2",),
    "wandb": ("wandb==0.31.0",),
    "trackio": ("trackio==0.43.0",),
    "ray": ("ray[tune]==2.60.0",),
    "dvc": ("dvc==3.67.1",),
    "lightning": ("lightning==2.6.6", "torch==2.13.0"),
}


@nox.session(venv_backend="venv", python="3.11")
@nox.parametrize("tool", list(SOURCES))
def sources(session: nox.Session, tool: str) -> None:
    """A real tool writes 24 runs, two of them failed; this command's own environment reads them."""
    written = Path(session.create_tmp()).resolve() / "written"
    shutil.copytree("tests/sources/written", written, dirs_exist_ok=True)
    env = {
        "ABLATION_WRITTEN": str(written),
        "TMPDIR": tempfile.gettempdir(),
    }  # Ray's sockets need a short path
    session.install(*SOURCES[tool])
    here = Path("tests/sources")
    for make in sorted(here.glob(f"make_{tool}*.py")):
        session.run("python", str(make), env=env)
    tests = map(str, here.glob(f"test_{tool}*.py"))
    session.run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, env=env, external=True
    )


def install_locked(session: nox.Session, *packages: str, free: Sequence[str] = ()) -> None:
    """Install packages beside this one, and what they need in the locked versions, except for the `free`."""
    constraints = (
        Path(session.create_tmp()) / "locked.txt"
    )  # pip takes no constraints with hashes for some alone
    constraints.write_text(locked_pins(free))
    session.install("--constraint", str(constraints), *packages, "hatchling", "editables")
    session.install("--constraint", str(constraints), "--no-build-isolation", "-e", ".[sweep]")


BASE_TESTS = tuple(
    f"tests/{name}.py" for name in ("sweep/test_compose", "results/test_table", "analysis/test_article")
)


@nox.session(python=installed_python("3.12"))
def base(session: nox.Session) -> None:
    """On Python 3.12 at the locked versions: the wheel without extras, the notebook of a table; then apps."""
    constraints = Path(session.create_tmp()).resolve() / "locked.txt"
    constraints.write_text(locked_pins())
    install = partial(session.install, "--constraint", str(constraints))
    install("hatchling", "editables")
    install("--no-build-isolation", ".")
    here = Path.cwd()
    for name in ("table.ipynb", "table.csv"):
        shutil.copy(here / "examples" / name, constraints.parent)
    with session.chdir(constraints.parent):
        session.run("python", str(here / "tests/base_install.py"), silent=True)  # a page of HTML
    install("--no-build-isolation-package", "ablation-study", "-e", ".[sweep]", "pytest")
    session.run("python", "-m", "pytest", "-p", "no:cacheprovider", "-m", "not slow", *BASE_TESTS)


@nox.session
def release(session: nox.Session) -> None:
    """Source archive, wheel, and what each lock file holds (CycloneDX), in dist/; nothing is uploaded."""
    session.install("cyclonedx-bom==7.5.0", "twine==7.0.0")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("uv", "build", "--quiet", "--out-dir", "dist", external=True)
    session.run("twine", "check", "--strict", *map(str, Path("dist").glob("ablation_study-*")))
    for lock in ("cpu", "gpu", "dev", "docs"):
        bill = ("--pyproject", "pyproject.toml", "--output-reproducible", "-o", f"dist/sbom-{lock}.cdx.json")
        quiet = {"PYTHONWARNINGS": "ignore:The Component this BOM"}  # a lock does not say what needs what
        session.run("cyclonedx-py", "requirements", *bill, f"requirements/{lock}.txt", env=quiet)


def run(session: nox.Session, ends: str, tests: Sequence[str] = TESTS) -> None:
    """Install what is pinned, then run the tests, or what the command names after `--`."""
    session.install("--require-hashes", "-r", f"requirements/{ends}.txt")
    session.install(*TOOLS)
    session.install("--no-deps", "--no-build-isolation", "-e", ".")
    named = session.posargs or ["-m", "not slow", "-n", "2", "--dist", "loadfile", *tests]
    session.run("python", "-m", "pytest", "-p", "no:cacheprovider", *named)
    if not session.posargs:  # jobs are forked with a part of joblib that its release 1.6 left out
        session.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/sweep/test_forks.py")

"""`ablation.sweep(train, factors={…})`: a study of a Python function, in a script or a notebook."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from ablation.errors import UsageError
from ablation.results import Snapshot, open_store
from ablation.sweep.app import check_seeds
from ablation.sweep.call_kinds import check_kinds
from ablation.sweep.calls import Arguments, Calls, level_of, name_of, read_levels, source_of, study_name
from ablation.sweep.exits import own_words
from ablation.sweep.function_study import CallCells, FunctionStudy
from ablation.sweep.messages import print_lines
from ablation.sweep.sharing import gpus_to_share
from ablation.sweep.study_result import StudyResult
from ablation.sweep.sweep_request import SweepRequest
from ablation.sweep.together import refuse_fixed_factors, split_when, zipped
from ablation.trackers import read_trackers
from ablation.words import counted

_ANALYSIS = ("responses", "directions", "numeric", "interactions", "alpha", "scale")
_SWEEP = ("resolution", "runs", "generators", "foldover", "union", "reference", "exclude", "until",
          "max_replicates", "hopeless", "dropping", "order", "on_failure", "plan_only")  # fmt: skip


def sweep(
    function: Callable[..., Any],
    factors: Mapping[str, Any],
    *,
    seeds: int | Sequence[int] = 1,
    response: str = "loss",
    direction: str | float | None = None,
    margin: float | None = None,
    settings: Mapping[str, Any] | None = None,
    identity: Mapping[str, str] | None = None,
    zip: Mapping[str, Sequence[str]] | None = None,
    name: str = "",
    folder: str | Path = "",
    url: str = "",
    design: str = "full_factorial",
    n_jobs: int | None = None,
    backend: str | None = None,
    jobs_per_gpu: int | None = None,
    retries: int = 1,
    seed_key: str = "seed",
    log: str | Sequence[str] | Mapping[str, str | None] = (),
    **options: Any,
) -> StudyResult:
    """Run a function over levels of its arguments, and analyse what each of them does.

    Finished runs are never repeated: the same call again trains only what is missing. A run is identified by
    its levels, settings, other defaults, seed and `identity`, not by the function's code.

        def train(norm=True, depth=2, seed=0):
            ...
            return loss  # or {"loss": loss, "accuracy": accuracy}

        study = ablation.sweep(train, factors={"norm": [False, True], "depth": [2, 4]}, seeds=5)

    Args:
        function: takes each factor and the seed by name; returns a number, or a mapping of numbers.
        factors: argument → its levels, the reference first; or argument → {name of a level: its value}, for
            values that cannot be written to a file, such as classes; or argument → {"levels": [0.1, 0.3],
            "when": {"dropout": True}}, for levels that exist only at some levels of another argument.
        zip: name of a factor → arguments whose levels change together, such as {"size": ["width", "depth"]}.
        seeds: the number of seeds of each cell, 0 to n − 1; or the seeds themselves.
        response: what is analysed; also the name given to a single returned number.
        direction: which of its values are better: `lower`, `higher`, or the best number. By default the
            response's name decides.
        margin: the smallest effect that matters, in % on the log scale, else in units.
        settings: arguments that are the same in all runs.
        identity: what else determines a result, such as `{"data": "v2"}`: when it changes, runs are new.
        name: of the study; by default the function's name.
        folder: of the results; by default `runs/<name>`.
        url: of the database that holds the rows, if they are in one.
        design: `full_factorial`, `fractional`, `foldover`, `leave_one_out`, `one_at_a_time` or `union`.
        n_jobs: parallel processes, −1 for one per core; by default 1, or what `joblib.parallel_config` says.
        backend: of joblib, such as `threading`; or `ray`.
        jobs_per_gpu: processes that share each GPU of this machine, instead of `n_jobs`; each sees one GPU.
        retries: how often one call retries failed runs.
        seed_key: the argument that takes the seed.
        log: trackers that every run is logged to, such as `["tensorboard", "mlflow"]`, or each with its URI.
        options: `responses`, `directions`, `numeric`, `interactions`, `alpha` and `scale` of the analysis;
            `resolution`, `runs`, `generators`, `foldover`, `union`, `reference`, `exclude` of the design;
            `until`, `max_replicates`, `order`, `on_failure`, `plan_only` of the sweep, as in `hydra.sweeper`.

    Returns:
        The study, an `ablation.Study` that also knows its failed runs.

    Raises:
        UsageError: an argument is wrong; the message says what was expected, and what was received.
        TypeError: there is no such option.
    """
    unknown = sorted(options.keys() - {*_ANALYSIS, *_SWEEP})
    if unknown:
        known = ", ".join((*_ANALYSIS, *_SWEEP))
        raise TypeError(f"sweep() got an unexpected option {unknown[0]!r}. Options are {known}")
    check_kinds(
        function,
        {
            "factors": factors, "seeds": seeds, "response": response, "direction": direction,
            "margin": margin, "settings": settings, "identity": identity, "name": name, "folder": folder,
            "url": url, "design": design, "n_jobs": n_jobs, "backend": backend, "jobs_per_gpu": jobs_per_gpu,
            "retries": retries, "seed_key": seed_key, **options,
        },
    )  # fmt: skip
    settings, name = settings or {}, name or study_name(function)
    folder = str(folder or Path("runs") / name)
    judged = {
        "response": response,
        "direction": None if direction is None else str(direction),
        "margin": level_of(margin),
    }
    base = {
        "name": name,
        "results": {"folder": folder, "url": url or folder, "log": read_trackers(log, "log")},
        "analysis": judged | _chosen(options, _ANALYSIS),
    }
    with own_words():
        chosen = check_seeds(_seeds(seeds))
        arguments = Arguments(function, seed_key)
        arguments.check([*factors, *settings], len(chosen))
        plain, when = split_when(factors, {}, "")
        refuse_fixed_factors(plain, settings, when)
        arguments.check_optional([name for name in when if name not in settings])
        levels = {factor: read_levels(factor, raw) for factor, raw in plain.items()}
        zips = zipped(zip or {}, {name: list(map(json.loads, texts)) for name, texts in levels.items()})
        cells = CallCells(
            OmegaConf.create(base), levels, zips, when, settings, arguments.defaults, identity or {}
        )
        calls = Calls(function, response, seed_key if arguments.takes_seed else "")
        gpus = _gpus(jobs_per_gpu, n_jobs, backend)
        n_jobs = len(gpus) * jobs_per_gpu if jobs_per_gpu else n_jobs
        study = FunctionStudy(calls, cells, chosen, n_jobs, backend, gpus)
        sweep_options = {"design": design, "retries": retries, **_chosen(options, _SWEEP)}
        study.run(SweepRequest.of((), sweep_options))
    store = open_store(url or folder)
    snapshot = study.snapshot or store.scan()
    notes = _code_notes(snapshot, function)
    print_lines(notes)
    return StudyResult(snapshot, store.place, folder, notes)


def _seeds(seeds: Any) -> Sequence[Any]:
    if isinstance(seeds, Integral) and not isinstance(seeds, bool):
        return range(int(seeds))
    if isinstance(seeds, str) or not isinstance(seeds, Iterable):
        raise UsageError(f"seeds: expected a whole number, or a list of seeds. Received: {seeds!r:.60}")
    return [level_of(seed) for seed in seeds]


def _gpus(jobs_per_gpu: int | None, n_jobs: int | None, backend: str | None) -> list[str]:
    """The GPUs that processes share; none without a number of them."""
    if jobs_per_gpu is None:
        return []
    if n_jobs is not None or backend not in (None, "loky"):
        received = f"n_jobs={n_jobs}" if n_jobs is not None else f"backend={backend!r}"
        raise UsageError(
            f"jobs_per_gpu: expected it alone, as it says how many run at once. Received: {received}"
        )
    return gpus_to_share(jobs_per_gpu)


def _chosen(options: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: level_of(options[name]) for name in names if name in options}


def _code_notes(snapshot: Snapshot, function: Callable[..., Any]) -> tuple[str, ...]:
    """A note if runs are of another version of the function."""
    _, digits = source_of(function)
    rows = [snapshot.rows[key] for key in snapshot.record.keys if key in snapshot.rows]
    n_other = sum(row.provenance.get("source", digits) != digits for row in rows) if digits else 0
    if not n_other:
        return ()
    return (
        f"Note: the code of {name_of(function)} has changed since {n_other} of {counted(len(rows), 'run')}. "
        "They count all the same; identity={'code': '2'} or another name runs all of them again.",
    )

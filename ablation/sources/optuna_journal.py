"""Optuna's journal: a log of events, one JSON object per line, played back."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ablation.errors import UsageError
from ablation.sources.run_files import head

_CREATE_STUDY, _DELETE_STUDY, _NAME_METRICS, _CREATE_TRIAL, _SET_PARAM, _SET_STATE, _SET_ATTRIBUTE = (
    0, 1, 3, 4, 5, 6, 8
)  # fmt: skip
_PASSED_OVER = (2, 7, 9, 10)
"""Attributes of the study, reports on the way, attributes of Optuna's own, and what Optuna passes over."""

_STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING")
_DIRECTIONS = {1: "MINIMIZE", 2: "MAXIMIZE"}
_HEAD = b'{"op_code"'


@dataclass
class Trial:
    """A trial; `params` are name → (number, distribution as JSON text)."""

    state: str = "RUNNING"
    start: str = ""
    end: str = ""
    params: dict[str, tuple[float, str]] = field(default_factory=dict)
    values: list[float] = field(default_factory=list)
    attributes: dict[str, object] = field(default_factory=dict)


@dataclass
class Study:
    """A study."""

    name: str
    directions: list[str]
    trials: list[Trial] = field(default_factory=list)
    metric_names: list[str] | None = None


def is_journal(path: Path) -> bool:
    """Whether a file begins as a journal does."""
    return head(path, len(_HEAD)) == _HEAD


def replay(path: Path) -> dict[str, Study]:
    """Play a journal back: name → study.

    Raises:
        UsageError: a line is damaged, or says what is not known.
    """
    log = _Log()
    for number, event in _events(path):
        try:
            log.play(event["op_code"], event)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise _refused(path, number, f"an unknown event ({error})") from error
    return {study.name: study for study in log.studies.values()}


class _Log:
    """What Optuna's own replay keeps: an operation that it refused stays in the file, and counts nowhere."""

    def __init__(self) -> None:
        self.studies: dict[int, Study] = {}
        self.trials: list[Trial] = []
        self._n_studies = 0

    def play(self, code: int, event: Mapping[str, Any]) -> None:
        """Take one event.

        Raises:
            KeyError: it is of a kind that is not known.
        """
        if code in (_SET_PARAM, _SET_STATE, _SET_ATTRIBUTE):
            trial_id = event["trial_id"]
            if trial_id < len(self.trials) and self.trials[trial_id].state in ("RUNNING", "WAITING"):
                _update(self.trials[trial_id], code, event)
        elif code == _CREATE_STUDY:
            self._create_study(event)
        elif code in (_DELETE_STUDY, _NAME_METRICS, _CREATE_TRIAL):
            if event["study_id"] in self.studies:
                self._change_study(code, event)
        elif code not in _PASSED_OVER:
            raise KeyError(code)

    def _create_study(self, event: Mapping[str, Any]) -> None:
        """Workers that start together all try: the first counts."""
        if all(study.name != event["study_name"] for study in self.studies.values()):
            directions = [_DIRECTIONS[one] for one in event["directions"]]
            self.studies[self._n_studies] = Study(event["study_name"], directions)
            self._n_studies += 1

    def _change_study(self, code: int, event: Mapping[str, Any]) -> None:
        study = self.studies[event["study_id"]]
        if code == _DELETE_STUDY:
            del self.studies[event["study_id"]]
        elif code == _NAME_METRICS:
            study.metric_names = event["system_attr"].get("study:metric_names", study.metric_names)
        else:
            self.trials.append(_created(event))
            study.trials.append(self.trials[-1])


def _events(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                event = json.loads(line)
            except ValueError as error:
                raise _refused(path, number, str(error)) from error
            if not isinstance(event, dict):
                raise _refused(path, number, line.strip()[:40])
            yield number, event


def _created(event: Mapping[str, Any]) -> Trial:
    """A trial that has begun, that waits, or that was added whole."""
    trial = Trial(start=event.get("datetime_start") or "")
    trial.state = _STATES[event.get("state", 0)]
    trial.end = event.get("datetime_complete") or ""
    trial.params = {
        name: (value, event["distributions"][name]) for name, value in event.get("params", {}).items()
    }
    trial.values = event.get("values") or ([event["value"]] if event.get("value") is not None else [])
    trial.attributes = dict(event.get("user_attrs", {}))
    return trial


def _update(trial: Trial, code: int, event: Mapping[str, Any]) -> None:
    if code == _SET_PARAM:
        trial.params[event["param_name"]] = (event["param_value_internal"], event["distribution"])
    elif code == _SET_ATTRIBUTE:
        trial.attributes.update(event["user_attr"])
    else:
        trial.state = _STATES[event["state"]]
        trial.values = event.get("values") or trial.values
        trial.start = event.get("datetime_start") or trial.start
        trial.end = event.get("datetime_complete") or trial.end


def _refused(path: Path, number: int, received: str) -> UsageError:
    return UsageError(
        f"{path}, line {number}: expected an event of an Optuna journal, as Optuna 5 writes it. Received: "
        f"{received}. If the study still runs, try again; a line that was cut off can be removed from a copy."
    )

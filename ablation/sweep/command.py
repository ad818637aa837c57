"""A command as a training: the numbers that it prints or writes are the outcome of a run."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from ablation.sweep import guard
from ablation.sweep.entries import entries_of
from ablation.sweep.exits import call, own_words
from ablation.sweep.read_outcome import ContractError, Expected, numbers_at
from ablation.sweep.template import filled, split


@dataclass(frozen=True)
class Command:
    """Runs the command of a job's configuration.

    Args:
        expected: where the response is found; without a file of metrics in what the command prints.
        pattern: what finds numbers in a line; None for lines of JSON.
        chdir: whether it runs in the run's own folder.
    """

    expected: Expected
    pattern: str | None = None
    chdir: bool = False

    @property
    def folder(self) -> Path:
        """Of the code whose version rows note."""
        return Path.cwd()

    @staticmethod
    def call(entry: Callable[[], Any]) -> Any:
        """Run a part of the sweep, whose errors name settings as the study's file does."""

        def run() -> Any:
            with own_words():
                return entry()

        return call(run)

    def __call__(self, cfg: DictConfig) -> dict[str, float] | None:
        """One run: its numbers, or None where a file has them.

        Raises:
            RuntimeError: the command failed.
            ContractError: it printed no numbers.
        """
        job = HydraConfig.get()
        folder = Path(job.runtime.output_dir)
        values = {**entries_of(cfg), "folder": str(folder), "cwd": job.runtime.cwd}
        words, printed = filled(split(cfg.command), values), Printed(self.expected.response, self.pattern)
        log = folder / f"{job.job.name}.log"
        code = run(words, folder if self.chdir else Path(job.runtime.cwd), log, printed)
        if code:
            raise RuntimeError(f"The command ended with {ending(code)}{last_line(log)}")
        if self.expected.metrics is not None:
            return None
        if not printed.lines:
            raise ContractError(f"{printed.requirement}. Received none: see {log}")
        return numbers_at(printed.lines, self.expected)


@dataclass
class Printed:
    """The numbers that a command prints."""

    response: str
    pattern: str | None
    lines: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def requirement(self) -> str:
        """What was expected, for an error."""
        if self.pattern:
            return f"pattern: expected a printed line in which {self.pattern} is found"
        return (
            f'Expected a printed line of JSON, such as {{"{self.response}": 0.1}}, or metrics or pattern, '
            "which say where numbers are"
        )

    def read(self, line: str) -> None:
        """Keep the numbers of a line, if it has any."""
        if self.pattern is None:
            self._read_json(line)
        elif match := re.search(self.pattern, line):
            self.lines.append(match.groupdict() or {self.response: match[match.re.groups and 1]})

    def _read_json(self, line: str) -> None:
        try:
            parsed = json.loads(line)
        except ValueError:
            return
        if isinstance(parsed, dict):
            self.lines.append(parsed)
        elif isinstance(parsed, int | float) and not isinstance(parsed, bool):
            self.lines.append({self.response: parsed})


def run(words: Sequence[str], cwd: Path, log_path: Path, printed: Printed) -> int:
    """Run a command to its end. If this process ends first, so do the command and all that it started.

    Args:
        words: of the command.
        cwd: its working directory.
        log_path: to which all that it prints is added.
        printed: reads the lines of its standard output.

    Returns:
        Its exit code.
    """
    guarded = [sys.executable, "-I", "-S", guard.__file__, *words]
    pipe = subprocess.PIPE
    with (
        log_path.open("ab") as log,
        subprocess.Popen(
            guarded, cwd=cwd, stdin=pipe, stdout=pipe, stderr=log, start_new_session=True
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            log.flush()
            printed.read(line.decode("utf-8", "replace"))
        return process.wait()


def ending(code: int) -> str:
    """An exit code in words."""
    code = abs(code) + 128 if code < 0 else code
    if code == 137:
        return "exit code 137: it was killed, perhaps as it needed too much memory"
    return f"exit code {code}"


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    with log.open("rb") as file:
        file.seek(max(file.seek(0, 2) - 4096, 0))
        lines = file.read().decode("utf-8", "replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return f": {said[-1]}" if said else ""

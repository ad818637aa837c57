"""Runs one command for one seed and reads the number that it leaves."""

import json
import math
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ablation.errors import UsageError
from ablation.sweep.outcomes import ContractError, Expected, number_of, outcome_of, stamp

SEED = "{seed}"


class RunFailed(Exception):  # noqa: N818  (what happened, not a mistake of ours)
    """A run that ended without a finite number; the text says how."""


@dataclass(frozen=True)
class Command:
    """What is run for each seed.

    Args:
        text: a command in which `{seed}` stands for the seed, split as a shell would, without a shell; or
            overrides of the built-in app, such as `study=quick flags.dropout=true`.
        expected: where the response is found; without a file, in the last line of JSON of standard output.
        folder: where the rows of the built-in app go.
        timeout: seconds after which a run is ended; None without a limit.
    """

    text: str
    expected: Expected
    folder: Path
    timeout: float | None = None

    def __post_init__(self) -> None:
        """Refuse a command that is the same for all seeds."""
        try:
            words = shlex.split(self.text)
        except ValueError as error:
            raise UsageError(f"Expected a command. Received: {self.text!r}: {error}") from error
        if not words or not (self.is_built_in or SEED in self.text):
            raise UsageError(
                f"Expected a command with {SEED} where the seed belongs, such as 'python train.py --seed "
                f"{SEED}', or overrides of the built-in app, such as 'study=quick flags.dropout=true'. "
                f"Received: {self.text!r}"
            )

    @property
    def is_built_in(self) -> bool:
        """Whether it is a list of overrides."""
        return all("=" in word and not word.startswith("-") for word in shlex.split(self.text))

    def words(self, seed: int) -> list[str]:
        """The command for a seed."""
        words = [word.replace(SEED, str(seed)) for word in shlex.split(self.text)]
        if not self.is_built_in:
            return words
        own = [f"seeds=[{seed}]", f"results.folder={self.folder}"]
        return [sys.executable, "-m", "ablation", *words, *own]

    def run(self, seed: int) -> float:
        """The response for a seed.

        Raises:
            RunFailed: it ended with an error, or without a finite number.
            UsageError: there is no such program.
        """
        here, expected = Path.cwd(), self._expected(seed)
        before = stamp(here, expected)
        text = _output(self.words(seed), self.timeout)
        try:
            if self.is_built_in:
                value = self._row(seed)
            else:
                returned = None if expected.metrics else last_json(text, expected.response)
                value = outcome_of(returned, seed, here, expected, before).responses[expected.response]
        except ContractError as error:
            raise RunFailed(str(error)) from error
        if not math.isfinite(value):
            raise RunFailed(f"{expected.response} is {value}")
        return value

    def _expected(self, seed: int) -> Expected:
        metrics = self.expected.metrics
        filled = metrics.replace(SEED, str(seed)) if metrics else None
        return Expected(self.expected.response, filled, direction=self.expected.direction)

    def _row(self, seed: int) -> float:
        from ablation.results import read

        table = read(self.folder)
        found = table[table["seed"] == seed]
        if self.expected.response not in found or found.empty:
            raise RunFailed(f"no row with {self.expected.response} in {self.folder}")
        return float(found[self.expected.response].iloc[-1])


def last_json(text: str, response: str) -> object:
    """The last line that is a JSON object or a number.

    Raises:
        RunFailed: there is none.
    """
    for line in reversed(text.splitlines()):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) or (number_of(found) is not None and not isinstance(found, str)):
            return found
    last = text.strip().splitlines()[-1:] or ["nothing"]
    raise RunFailed(
        f'expected a last line of JSON such as {{"{response}": 0.25}} on standard output. '
        f"Received: {last[0][:80]}"
    )


def _output(words: list[str], timeout: float | None) -> str:
    """What a program writes to standard output; its errors go to ours."""
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(words, stdout=output, start_new_session=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(
                f"Expected a program that can be started. Received: {words[0]}: {reason}"
            ) from error
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            _end(process)
            raise RunFailed(f"it took more than {timeout:g} s") from error
        except BaseException:  # Ctrl-C: nothing goes on behind our back
            _end(process)
            raise
        if code != 0:
            raise RunFailed(f"exit code {code}")
        output.seek(0)
        return output.read().decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with all that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(5)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()

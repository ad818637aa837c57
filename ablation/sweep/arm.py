"""One side of a comparison: runs its command for a seed and reads the resulting number."""

import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from ablation.errors import UsageError
from ablation.files import Disk, make_folders, refusals
from ablation.sweep.command import Printed, ending, last_line, run
from ablation.sweep.read_outcome import ContractError, Expected, numbers_at, outcome_of, stamp
from ablation.sweep.template import check, check_program, filled, places, split

NOT_FOUND = 127
"""Exit code of a program that there is not."""


class RunFailed(Exception):  # noqa: N818  (what happened, not a mistake of ours)
    """A run that ended without a finite number; the text says how."""


@dataclass(frozen=True)
class Arm:
    """What is run for each seed.

    Args:
        text: a command in which `{seed}` stands for the seed; or overrides of the built-in app, such as
            `study=quick flags.dropout=true`.
        expected: where the response is found; without a file, in what the command prints.
        folder: where its logs go, and the rows of the built-in app.
    """

    text: str
    expected: Expected
    folder: Path

    def __post_init__(self) -> None:
        """Refuse a command that is the same for all seeds."""
        if self.is_built_in:
            return
        check(split(self.text), (), ())
        check_program(split(self.text)[0])
        if "seed" not in places(split(self.text)):
            raise UsageError(
                "Expected a command with {seed} where the seed belongs, such as 'python train.py --seed "
                "{seed}', or overrides of the built-in app, such as 'study=quick flags.dropout=true'. "
                f"Received: {self.text!r}"
            )

    @property
    def is_built_in(self) -> bool:
        """Whether it is a list of overrides."""
        return all("=" in word and not word.startswith("-") for word in split(self.text))

    def words(self, seed: int) -> list[str]:
        """The command for a seed."""
        if not self.is_built_in:
            return filled(
                split(self.text), {"seed": seed, "folder": str(self.folder), "cwd": str(Path.cwd())}
            )
        own = [f"seeds=[{seed}]", f"results.folder={self.folder}"]
        return [sys.executable, "-m", "ablation", *split(self.text), *own]

    def value(self, seed: int) -> float:
        """The response for a seed.

        Raises:
            RunFailed: it ended with an error, or without a finite number.
            UsageError: there is no such program.
        """
        here, expected = Path.cwd(), self.expected
        if expected.metrics:
            expected = replace(expected, metrics=filled([expected.metrics], {"seed": seed})[0])
        before, printed = stamp(here, expected), Printed(expected.response, None)
        log = self.folder / f"{seed}.log"
        with refusals("write to", self.folder):
            make_folders(Disk(), self.folder)
            code = run(self.words(seed), here, log, printed)
        if code == NOT_FOUND:
            raise UsageError(f"Expected a program that can be started. Received{last_line(log)}")
        if code:
            raise RunFailed(f"{ending(code)}{last_line(log)}")
        try:
            value = self._row(seed) if self.is_built_in else _number(printed, seed, here, expected, before)
        except ContractError as error:
            raise RunFailed(str(error)) from error
        if not math.isfinite(value):
            raise RunFailed(f"{expected.response} is {value}")
        return value

    def _row(self, seed: int) -> float:
        from ablation.results import read

        table = read(self.folder)
        rows = table[table["seed"] == seed]
        if self.expected.response not in rows or rows.empty:
            raise RunFailed(f"no row with {self.expected.response} in {self.folder}")
        return float(rows[self.expected.response].iloc[-1])


def _number(
    printed: Printed, seed: int, here: Path, expected: Expected, before: tuple[int, int] | None
) -> float:
    """The response among what was printed, or in the file.

    Raises:
        ContractError: it is not there.
    """
    if expected.metrics is None and not printed.lines:
        raise ContractError(f"{printed.requirement}. Received none")
    returned = numbers_at(printed.lines, expected) if expected.metrics is None else None
    numbers = outcome_of(returned, seed, here, expected, before).responses
    if expected.response not in numbers:
        raise ContractError(f"response: expected one of {', '.join(numbers)}. Received: {expected.response}")
    return numbers[expected.response]

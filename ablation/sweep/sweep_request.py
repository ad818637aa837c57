"""The request for a sweep: `hydra.sweeper` and the command line, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from ablation.errors import UsageError

ON_FAILURE = ("continue", "stop")

JSON = "json"
"""As `plan_only`: the plan is printed for programs."""


@dataclass(frozen=True)
class SweepRequest:
    """The command line and `hydra.sweeper`; `hydra_plugins.ablation_sweeper` describes its keys."""

    arguments: Sequence[str]
    params: Mapping[str, Any] = field(default_factory=dict)
    design: str = "full_factorial"
    options: Mapping[str, Any] = field(default_factory=dict)
    reference: Mapping[str, Any] = field(default_factory=dict)
    exclude: Sequence[Any] = ()
    when: Mapping[str, Any] | None = None
    zip: Mapping[str, Any] | None = None
    replicates: int = 1
    until: str | None = None
    max_replicates: int = 20
    hopeless: bool = False
    dropping: bool = True
    order: int | None = 0
    retries: int = 1
    on_failure: str = "continue"
    detach: bool = False
    jobs_per_gpu: int | None = None
    gpus: str = ""
    plan_only: bool | str = False
    sweep: str = ""

    @classmethod
    def of(cls, arguments: Sequence[str], settings: Mapping[str, Any]) -> "SweepRequest":
        """The request of `hydra.sweeper`; what is no field here is an option of the design."""
        own = {f.name for f in fields(cls)}
        known = {key: value for key, value in settings.items() if key in own}
        options = {key: value for key, value in settings.items() if key not in own}
        return cls(arguments, **known, options=options)

    def __post_init__(self) -> None:
        """Refuse numbers and words that mean nothing."""
        _expect(self.order is None or self.order >= 0, "order", "0 or more, or null", self.order)
        _expect(self.replicates >= 1, "replicates", "at least 1", self.replicates)
        _expect(self.until in (None, "settled"), "until", "settled, or null", self.until)
        _expect(
            not (self.detach and self.until), "detach", "false where hydra.sweeper.until looks at runs", True
        )
        _expect(self.plan_only in (True, False, JSON), "plan_only", f"true, false or {JSON}", self.plan_only)
        _expect(self.retries >= 0, "retries", "0 or more", self.retries)
        _expect(self.on_failure in ON_FAILURE, "on_failure", " or ".join(ON_FAILURE), self.on_failure)


def _expect(holds: bool, key: str, expected: str, received: object) -> None:
    if not holds:
        raise UsageError(f"hydra.sweeper.{key}: expected {expected}. Received: {received}")

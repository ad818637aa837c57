"""Somebody else's Hydra app: no network, a response made of its levels, and faults on request.

What it does is told by its configuration, so that tests can start it as a user would.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

import numpy as np

from ablation.sweep import Outcome, main


@dataclass
class Flags:
    norm: bool = False
    activation: str = "relu"


@dataclass
class Results:
    folder: str = "runs/${name}"
    url: str = "${results.folder}"


@dataclass
class Analysis:
    response: str = "loss"
    direction: str = "lower"
    responses: list[str] = field(default_factory=list)
    directions: dict[str, str] = field(default_factory=dict)
    numeric: list[str] = field(default_factory=list)
    margin: Optional[float] = None  # noqa: UP045
    alpha: float = 0.05
    scale: str = "auto"
    interactions: str = "auto"


@dataclass
class Toy:
    name: str = "toy"
    seeds: list[int] = field(default_factory=lambda: [0])
    flags: Flags = field(default_factory=Flags)
    rate: float = 0.1
    width: Optional[int] = None  # noqa: UP045
    seconds: float = 0.0
    fault: str = ""  # `level:what`, what the runs of one activation do: raise, diverge, die
    results: Results = field(default_factory=Results)
    analysis: Analysis = field(default_factory=Analysis)


def run(config: Toy, seeds: list[int]) -> Iterator[Outcome]:
    level, _, fault = config.fault.partition(":")
    for seed in seeds:
        with Path("trained.txt").open("a") as told:
            told.write(f"{config.flags.norm} {config.flags.activation} {config.rate} {seed}\n")
        time.sleep(config.seconds)
        loss = _loss(config, seed)
        if config.flags.activation == level:
            if fault == "raise":
                raise RuntimeError("out of luck")
            if fault == "die":
                os._exit(137)
            loss = float("nan")
        yield Outcome(seed, {"loss": loss}, {"train_loss": [2 * loss, loss]}, {"device": "abacus"})


def _loss(config: Toy, seed: int) -> float:
    """Norm takes a fifth off, elu a tenth; seeds shift all cells alike; a little noise."""
    effect = (0.8 if config.flags.norm else 1.0) * (0.9 if config.flags.activation == "elu" else 1.0)
    noise = np.random.default_rng([seed, config.flags.norm, len(config.flags.activation)]).normal(0, 0.005)
    return float(effect * (1 + 0.1 * seed + noise) + config.rate)


UNKEYED = ("seconds", "fault")
train = main(config_path="conf", schema=Toy, unkeyed=UNKEYED)(run)

if __name__ == "__main__":
    train()

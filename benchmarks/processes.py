"""Training steps per second of a whole machine: many processes with few threads, or few with many.

    python -m benchmarks.processes [--study quick] [--steps 150]

Every process builds the same cell (all flags on), waits until all are ready, and then trains the same
number of steps; the machine's rate is the sum of the processes' rates. Prints a Markdown table with ratios to
one process that uses every core, as a plain script does. It chose how many processes `local` has at once.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--study", default="quick")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--child", nargs=2, type=int, metavar=("THREADS", "CORE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(_child(options.study, options.steps, *options.child))
        return
    n_cores = len(os.sched_getaffinity(0))
    base = _rate(options, 1, n_cores, pinned=False)
    print("| processes | threads each | pinned | steps per second | ratio |")
    print("| ---: | ---: | --- | ---: | ---: |")
    print(f"| 1 | {n_cores} | no | {base:.1f} | 1.00 |", flush=True)
    for pinned in (False, True):
        rate = _rate(options, n_cores, 1, pinned)
        print(f"| {n_cores} | 1 | {'yes' if pinned else 'no'} | {rate:.1f} | {rate / base:.2f} |", flush=True)


def _rate(options: argparse.Namespace, n_processes: int, threads: int, pinned: bool) -> float:
    """Steps per second of all processes together."""
    common = [
        sys.executable,
        "-m",
        "benchmarks.processes",
        f"--study={options.study}",
        f"--steps={options.steps}",
    ]
    children = [
        subprocess.Popen(
            [*common, "--child", str(threads), str(i if pinned else -1)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        for i in range(n_processes)
    ]  # fmt: skip
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    return sum(options.steps / float(child.communicate()[0]) for child in children)


def _child(study: str, n_steps: int, threads: int, core: int) -> float:
    """Seconds for the steps."""
    if core >= 0:
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[core]})
    from ablation.app.training.devices import prepare_device

    prepare_device(threads)
    import tensorflow as tf
    from hydra import compose, initialize_config_dir
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf

    from ablation.app.config import Config
    from ablation.app.places import CONF
    from ablation.app.problems import problem
    from ablation.app.training.problem import Schedule
    from ablation.app.training.tensorflow.loop import TensorFlowLoop

    ConfigStore.instance().store(name="schema", node=Config)
    flags = ["flags.batch_norm=true", "flags.dropout=true", "flags.attention=spatial"]
    with initialize_config_dir(str(CONF.resolve()), version_base="1.3"):
        config = OmegaConf.to_object(compose("config", [f"study={study}", "data=mnist_sample", *flags]))
    t = config.training
    loop = TensorFlowLoop(problem(config), Schedule.of(t))
    order = tf.zeros((n_steps, t.batch_size), tf.int32)
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.perf_counter()
    float(loop._epoch(order, n_steps))
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

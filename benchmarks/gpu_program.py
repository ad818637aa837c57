"""What XLA makes of a pack's convolutions for an NVIDIA GPU, without one: its compiler needs none.

    pip install 'ablation-study[gpu-jax]'
    python -m benchmarks.gpu_program --target h100_sxm.txtpb [--packs 1 8] [--precision float32 bfloat16]

`h100_sxm.txtpb` describes the GPU; it is in the sources of XLA (the repository openxla/xla, in
`xla/backends/gpu/target_config/specs`). The epoch of the article's network with all flags on is compiled for
it with gradients mapped over the runs (`mapped`), and with the gradient of the sum of their losses (`sum`),
which training takes on GPUs. Prints Markdown: calls of cuDNN by kind, and forward convolutions whose window
is larger than any filter of the network. Nothing runs, so it says nothing of time; XLA's choice among
algorithms by trial (autotuning) is off.
"""

import argparse
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

os.environ["JAX_SKIP_CUDA_CONSTRAINTS_CHECK"] = "1"
os.environ["JAX_ENABLE_COMPILATION_CACHE"] = "false"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["KERAS_BACKEND"] = "jax"
os.environ["XLA_FLAGS"] = "--xla_gpu_autotune_level=0"

import jax
import numpy as np
from jax.experimental import topologies

from ablation.app.training.jax.loop import JaxLoop
from ablation.app.training.jax.state import state_shapes
from ablation.app.training.jax.steps import Steps
from benchmarks.article_network import BATCH, article

N_STEPS, LARGEST_FILTER = 100, 5
KINDS = ("convForward", "convBackwardInput", "convBackwardFilter")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--packs", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"])
    options = parser.parse_args()
    device = _described(options.target)
    print(f"JAX {jax.__version__}, {options.target.stem}\n")
    heads = ["precision", "pack", "gradients", *KINDS, "forward, window too large", "scratch, GB"]
    print("| " + " | ".join(heads) + " |\n| --- | ---: | --- |" + " ---: |" * 5)
    for precision in options.precision:
        loop = JaxLoop(*article(precision))
        for pack in options.packs:
            for name, for_gpu in (("mapped", False), ("sum", True)):
                steps = Steps(loop.problem, loop.schedule, for_gpu)
                program = _compiled(steps, loop, pack, device)
                counts, large = _convolutions(program.as_text())
                scratch = program.memory_analysis().temp_size_in_bytes / 1e9
                cells = [precision, pack, name, *(counts[kind] for kind in KINDS), large, f"{scratch:.2f}"]
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def _described(target: Path) -> Any:
    """A device that exists on paper."""
    jax.devices()  # looks for plug-ins, whatever JAX_PLATFORMS says
    topology = topologies.get_topology_desc(
        platform="cuda", topology_name="described", target_config=target.read_text(), topology="1x1x1"
    )
    return jax.sharding.SingleDeviceSharding(topology.devices[0])


def _compiled(steps: Steps, loop: JaxLoop, pack: int, device: Any) -> Any:
    order = jax.ShapeDtypeStruct((pack, N_STEPS, BATCH), np.int32)
    arguments = (state_shapes(loop.network, steps.optimizer, pack, steps.types), order, loop._train)

    def there(leaf: Any) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=device)

    return jax.jit(steps.epoch, donate_argnums=0).lower(*jax.tree.map(there, arguments)).compile()


def _convolutions(program: str) -> tuple[Counter[str], int]:
    """Calls of cuDNN by kind, and how many forward ones have a window larger than a filter."""
    counts: Counter[str] = Counter()
    large = 0
    for line in program.splitlines():
        if called := re.search(r'custom_call_target="__cudnn\$(conv\w+)"', line):
            counts[called[1]] += 1
            window = re.search(r"window=\{size=(\d+)x", line)
            large += called[1] == KINDS[0] and window is not None and int(window[1]) > LARGEST_FILTER
    return counts, large


if __name__ == "__main__":
    main()

"""Has tensorboardX 2.6.5, or torch 2.13 where it is installed, write 24 runs with HParams."""

import importlib.util
from pathlib import Path

from planted import RUNS, write

HAS_TORCH = importlib.util.find_spec("torch") is not None
if HAS_TORCH:
    from torch.utils.tensorboard import SummaryWriter
else:
    from tensorboardX import SummaryWriter


def make(folder: Path) -> None:
    for run in RUNS:
        flags = {"act": run.act, "opt.name": run.optimizer, "opt.nesterov": False, "seed": run.seed}
        place = folder / "runs" / str(run.number)
        writer = SummaryWriter(str(place))
        extra = {"run_name": "hparams"} if HAS_TORCH else {"name": "hparams"}
        writer.add_hparams(flags, {} if run.fails else {"final": run.loss}, **extra)
        for step, loss in enumerate([2.0, run.loss]):
            if not run.fails:
                writer.add_scalar("loss", loss, step)
        writer.close()


if __name__ == "__main__":
    write(
        "tensorboard_torch" if HAS_TORCH else "tensorboardx", "torch" if HAS_TORCH else "tensorboardX", make
    )

"""Has Lightning 2.6.6 log 24 runs with its CSVLogger."""

import contextlib
import warnings
from pathlib import Path

import lightning
import torch
from lightning.pytorch.loggers import CSVLogger
from planted import RUNS, Planted, write


class Tiny(lightning.LightningModule):
    def __init__(self, run: Planted, betas: tuple = (0.9, 0.99)) -> None:
        super().__init__()
        self.save_hyperparameters({**run.config, "betas": betas})
        self.run, self.weight = run, torch.nn.Parameter(torch.zeros(1))

    def training_step(self, *_: object) -> torch.Tensor:
        loss = (self.weight**2).sum() + 2
        self.log("train_loss", loss)
        if self.run.fails:
            raise FloatingPointError("planted")
        return loss

    def validation_step(self, *_: object) -> None:
        self.log("val_loss", torch.tensor(self.run.loss, dtype=torch.float64))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def make(folder: Path) -> None:
    data = torch.utils.data.DataLoader(torch.zeros(2, 1))
    for run in RUNS:
        trainer = lightning.Trainer(
            max_epochs=2, logger=CSVLogger(folder, name="lightning_logs"), accelerator="cpu",
            log_every_n_steps=1, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False, num_sanity_val_steps=0, default_root_dir=folder,
        )  # fmt: skip
        with contextlib.suppress(FloatingPointError):
            trainer.fit(Tiny(run), data, data)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write("lightning", "lightning", make)

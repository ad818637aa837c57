"""The 1,797 digits of 8×8 pixels that scikit-learn brings."""

import lightning as L
import torch
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

N_TRAIN = 1200


class Digits(L.LightningDataModule):
    """Batches of images (1, 8, 8) between 0 and 1.

    Args:
        batch_size: images per step.
        shift: whether training images are moved by up to a pixel.
    """

    def __init__(self, batch_size: int, shift: bool) -> None:
        super().__init__()
        self.batch_size, self.shift = batch_size, shift
        found = load_digits()
        images = torch.tensor(found.images / 16, dtype=torch.float32)[:, None]
        labels = torch.tensor(found.target)
        self.train = TensorDataset(images[:N_TRAIN], labels[:N_TRAIN])
        self.val = TensorDataset(images[N_TRAIN:], labels[N_TRAIN:])

    def train_dataloader(self) -> DataLoader:
        """In a new order each epoch."""
        return DataLoader(self.train, self.batch_size, shuffle=True)

    def val_dataloader(self) -> DataLoader:
        """All at once."""
        return DataLoader(self.val, len(self.val))

    def on_after_batch_transfer(self, batch, dataloader_idx):  # noqa: ARG002
        """Move the images of a training batch."""
        images, labels = batch
        if self.shift and self.trainer.training:
            rows, columns = torch.randint(-1, 2, (2,)).tolist()
            images = images.roll((rows, columns), (2, 3))
        return images, labels

"""Make `mnist_sample.npz`, the digits that come with the package, from the published IDX files.

The first 8,000 training and 2,000 test images of MNIST with their labels, uint8, compressed:

    python -m ablation.app.data.make_sample FOLDER_OF_IDX_FILES
"""

import sys
from pathlib import Path

import numpy as np

from ablation.app.data.data import arrays_hash
from ablation.app.data.idx import MNIST, read_published


def make_sample(folder: str) -> str:
    """Write the sample beside this file and return the hash that `data.py` has to name."""
    arrays = read_published("mnist", MNIST, folder)
    train, train_labels, test, test_labels = arrays.values()
    sample = (train[:8000], train_labels[:8000], test[:2000], test_labels[:2000])
    np.savez_compressed(
        Path(__file__).parent / "mnist_sample.npz",
        train=sample[0],
        train_labels=sample[1],
        test=sample[2],
        test_labels=sample[3],
    )
    return arrays_hash(sample)


if __name__ == "__main__":
    print(make_sample(*sys.argv[1:]))

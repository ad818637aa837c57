"""What every block of a network shares. A plan reads this, so it needs no Keras."""

from dataclasses import dataclass

from ablation.app.flags import Flags


@dataclass(frozen=True)
class BlockSettings:
    """Flags and sizes of the blocks.

    Args:
        flags: which parts a block has.
        depth: convolution blocks in a dense block.
        dropout_rate: share of activations that dropout zeroes, in [0, 1).
        batch_norm_momentum: weight of the past in the moving statistics, in [0, 1).
    """

    flags: Flags
    depth: int = 3
    dropout_rate: float = 0.2
    batch_norm_momentum: float = 0.99

"""The flags a network understands. One field each: name, levels, default, and what it does.

To add a flag, add a field here, use it in `networks/blocks.py`, and name its levels in a study.
Columns of the table, terms of the model and the tests of every level follow from this dataclass.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from ablation.errors import UsageError

ATTENTION = {
    "placebo": "placebo.Placebo",
    "spatial": "spatial.SpatialAttention",
    "weight_map": "weight_map.WeightMap",
    "channel": "channel.ChannelAttention",
    "cbam": "cbam.CBAM",
    "self": "self_attention.SelfAttention",
    "gaussian": "gaussian.GaussianAttention",
}
"""Level of `flags.attention` → module and class of its layer in `ablation.app.networks.attention`."""


def levels(*names: str, **aliases: str) -> Any:
    """A field that takes one of these names; the first is the default. An alias stands for a name."""
    return field(default=names[0], metadata={"levels": names, "aliases": aliases})


@dataclass
class Flags:
    """What a convolution block consists of, beside its convolution."""

    batch_norm: bool = False
    """Normalise each channel over the batch (Ioffe & Szegedy 2015, arXiv 1502.03167)."""
    dropout: bool = False
    """Zero a share `model.dropout_rate` of the activations while training (Srivastava et al. 2014)."""
    attention: str = levels("none", *ATTENTION, false="none", true="spatial")
    """Weigh pixels or channels by what the images hold; formulas: `ablation.app.networks.attention`."""
    activation: str = levels("relu", "elu", "selu", "sigmoid", "prelu")
    """The non-linearity at the end of a block: of `keras.activations`, or PReLU, which learns its slopes."""
    norm: str = levels("none", "batch", "layer", "group", "rms")
    """Normalise each block, by a rule of `ablation.app.networks.norms`; `batch` is `batch_norm`."""
    residual: bool = False
    """Add a block's input to its output, through a 1×1 convolution where channels differ (He et al. 2016)."""
    squeeze_excitation: bool = False
    """Weigh channels behind the normalisation, as `attention=channel` does before it (Hu et al. 2018)."""

    def __post_init__(self) -> None:
        """Put the level in place of an alias, and refuse a level that the flag does not have."""
        for flag in fields(self):
            valid, value = flag.metadata.get("levels"), getattr(self, flag.name)
            # OmegaConf makes a bool `True` into the text "True" where the schema expects text.
            if alias := flag.metadata.get("aliases", {}).get(str(value).lower()):
                value = alias
                setattr(self, flag.name, value)
            if valid and value not in valid:
                raise UsageError(
                    f"flags.{flag.name}: expected one of {', '.join(valid)}. Received: {value!r}"
                )
        if self.batch_norm and self.norm != "none":
            raise UsageError(
                f"flags.norm: expected none where flags.batch_norm is true. Received: {self.norm}. "
                "Vary one of the two: norm=none,batch is batch_norm=false,true"
            )


def levels_of(flag: str) -> tuple[Any, ...]:
    """All levels of a flag, the default first; a bool has False and True.

    >>> levels_of("attention")
    ('none', 'placebo', 'spatial', 'weight_map', 'channel', 'cbam', 'self', 'gaussian')
    """
    declared = {f.name: f for f in fields(Flags)}[flag]
    return tuple(declared.metadata.get("levels", (declared.default, not declared.default)))

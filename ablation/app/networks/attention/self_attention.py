"""Self-attention: each pixel attends to all others."""

from typing import Any

import keras
from keras import ops

from ablation.app.networks.attention.check_images import check_images
from ablation.errors import UsageError

_POOLED_ABOVE = 16  # pixels: wider or higher images have their keys pooled by default
_LARGEST = {False: 32, True: 64}  # with and without pooled keys, pixels along the side of a square


@keras.saving.register_keras_serializable(package="ablation")
class SelfAttention(keras.layers.Layer):
    """Add to each pixel a mixture of the pixels that it resembles; it gives no single map.

    x + γ · Wₒ softmax(q kᵀ) v with q = W_q x and k = W_k x of C // 8 channels and v = W_v x of C // 2, each
    at least 1; all W are convolutions 1×1 without bias; γ = 0 at the start. For C channels that 8 divides,
    1.25·C² + 1 parameters. Keys and values may be max-pooled 2×2, which takes a quarter of the memory.
    Self-attention of SAGAN (Zhang et al. 2019, arXiv 1805.08318); q kᵀ is not divided by √(C/8), as there.

    Args:
        pooled: whether keys and values are pooled; None pools images over 16×16 pixels. Images over 32×32
            unpooled or 64×64 pooled are refused, with the memory they would take.
    """

    def __init__(self, pooled: bool | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pooled = pooled
        self.gamma_initializer = keras.initializers.Zeros()

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the four convolutions and γ."""
        check_images(self, input_shape)
        self.pools = _over(_POOLED_ABOVE, input_shape) if self.pooled is None else self.pooled
        _check_memory(input_shape, self.pools)
        channels = input_shape[-1] or 0
        few, half = max(1, channels // 8), max(1, channels // 2)
        self.query, self.key = _convolution("query", channels, few), _convolution("key", channels, few)
        self.value, self.out = _convolution("value", channels, half), _convolution("out", half, channels)
        self.gamma = self.add_weight(name="gamma", shape=(), initializer=self.gamma_initializer)

    def attention(self, inputs: Any) -> Any:
        """How much each pixel takes from each key, (batch, pixels, keys); each row sums to 1."""
        query, key = self.query(inputs), self._pool(self.key(inputs))
        return ops.softmax(ops.matmul(_rows(query), ops.transpose(_rows(key), (0, 2, 1))), axis=-1)

    def call(self, inputs: Any) -> Any:
        """Attend, (batch, height, width, channels)."""
        value = self._pool(self.value(inputs))
        mixed = ops.matmul(self.attention(inputs), _rows(value))
        shape = ops.shape(inputs)
        mixed = ops.reshape(mixed, (-1, shape[1], shape[2], value.shape[-1]))
        return inputs + self.gamma * self.out(mixed)

    def get_config(self) -> dict[str, Any]:
        """What `keras.saving` needs to make the layer again."""
        return {**super().get_config(), "pooled": self.pooled}

    def _pool(self, images: Any) -> Any:
        # Strides are named: without them Keras' JAX backend fails.
        return ops.max_pool(images, 2, strides=2, padding="same") if self.pools else images


def _convolution(name: str, n_in: int, n_out: int) -> keras.layers.Layer:
    """A built convolution 1×1 without bias."""
    convolution = keras.layers.Conv2D(n_out, 1, use_bias=False, name=name)
    convolution.build((None, None, None, n_in))
    return convolution


def _rows(images: Any) -> Any:
    """(batch, height, width, channels) → (batch, pixels, channels)."""
    shape = ops.shape(images)
    return ops.reshape(images, (-1, shape[1] * shape[2], images.shape[-1]))


def _over(side: int, shape: tuple[int | None, ...]) -> bool:
    """Whether images have more pixels than a square of this side; True where their size is unknown."""
    _, height, width, _ = shape
    return height is None or width is None or height * width > side**2


def _check_memory(shape: tuple[int | None, ...], pools: bool) -> None:
    """Refuse images whose attention would take too much memory, where their size is known."""
    _, height, width, _ = shape
    if height is None or width is None or not _over(_LARGEST[pools], shape):
        return
    keys = -(-height // 2) * -(-width // 2) if pools else height * width
    mebibytes = 4 * height * width * keys / 2**20
    advice = (
        "Attend where images are smaller" if pools else "Set pooled=True, or attend where they are smaller"
    )
    raise UsageError(
        f"SelfAttention expects images of at most {_LARGEST[pools]}×{_LARGEST[pools]} pixels "
        f"{'with' if pools else 'without'} pooled keys. Received: {height}×{width}, whose attention takes "
        f"{mebibytes:,.0f} MiB per image and layer, and as much again for its gradient. {advice}."
    )

"""What a pack's convolutions should become: `vmap` makes grouped ones; here they race with matrix products.

    python -m benchmarks.conv_packs [--packs 1 8 32] [--precision float32 bfloat16] [--tiny]

Every convolution of the article's network with stride 1, forward and backward, for packs of runs with
weights of their own: (grouped) `jax.vmap` of XLA's convolution; (patches) shifted images side by side, then
one product per run; (shifts) a product per run and shift, summed. All three are compared before they race,
and gradients are those of the sum over the runs, as in training. Prints a Markdown table in microseconds per
image. No GPU has been measured, so training uses the first.
"""

import argparse
import os
import time
from collections.abc import Callable

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras

from benchmarks.article_network import BATCH, article

REPEATS = 10


def shapes() -> list[tuple[int, int, int, int]]:
    """Image, filter, channels in and out of the network's convolutions with stride 1, each once."""
    convolutions = set()
    for layer in article()[0].network.layers:
        for inner in layer._flatten_layers():  # attention has one of its own
            if type(inner) is keras.layers.Conv2D and inner.strides == (1, 1):
                convolutions.add((layer.input.shape[1], *inner.kernel.shape[1:]))
    return sorted(convolutions, reverse=True)


def grouped(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """XLA's convolution of images (batch, height, width, channels) with (k, k, channels, filters)."""
    return jax.lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def patches(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """The same as one product of (pixels, k² · channels) with (k² · channels, filters)."""
    return jnp.concatenate(_shifted(x, len(kernel)), axis=-1) @ kernel.reshape(-1, kernel.shape[-1])


def shifts(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """The same as the sum of k² products."""
    weights = kernel.reshape(-1, *kernel.shape[2:])
    return sum(part @ weight for part, weight in zip(_shifted(x, len(kernel)), weights, strict=True))


def _shifted(x: jax.Array, k: int) -> list[jax.Array]:
    _, height, width, _ = x.shape
    padded = jnp.pad(x, ((0, 0), (k // 2, k // 2), (k // 2, k // 2), (0, 0)))
    return [padded[:, i : i + height, j : j + width] for i in range(k) for j in range(k)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--packs", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--tiny", action="store_true", help="one shape and pack, few images")
    options = parser.parse_args()
    shown, packs, batch = (shapes()[-2:], [2], 4) if options.tiny else (shapes(), options.packs, BATCH)
    print(f"{jax.devices()[0].device_kind}, JAX {jax.__version__}, batches of {batch}\n")
    print("| precision | pack | image | filter | in | out | grouped | patches | shifts |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in options.precision:
        for pack in packs:
            for size, k, n_in, n_out in shown:
                keys = jax.random.split(jax.random.key(0))
                x = jax.random.normal(keys[0], (pack, batch, size, size, n_in), name)
                kernel = jax.random.normal(keys[1], (pack, k, k, n_in, n_out), name) / (k * n_in**0.5)
                _check(x[:, :2], kernel)
                times = [_microseconds(way, x, kernel) for way in (grouped, patches, shifts)]
                cells = [name, pack, f"{size}×{size}", f"{k}×{k}", n_in, n_out, *(f"{t:.2f}" for t in times)]
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def _gradients(way: Callable[..., jax.Array]) -> Callable[..., tuple[jax.Array, jax.Array]]:
    def energy(x: jax.Array, kernel: jax.Array) -> jax.Array:
        return jnp.sum(jnp.square(jax.vmap(way)(x, kernel).astype(jnp.float32)))

    return jax.jit(jax.grad(energy, (0, 1)))


def _check(x: jax.Array, kernel: jax.Array) -> None:
    """All three are the same function."""
    with jax.default_matmul_precision("highest"):
        x, kernel = x.astype(jnp.float32), kernel.astype(jnp.float32)
        expected = _gradients(grouped)(x, kernel)
        for way in (patches, shifts):
            for ours, theirs in zip(_gradients(way)(x, kernel), expected, strict=True):
                scale = jnp.abs(theirs).max()
                assert jnp.abs(ours - theirs).max() < 1e-4 * scale, way.__name__


def _microseconds(way: Callable[..., jax.Array], x: jax.Array, kernel: jax.Array) -> float:
    """Per image, the fastest of several calls."""
    function = _gradients(way)
    jax.block_until_ready(function(x, kernel))
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        jax.block_until_ready(function(x, kernel))
        times.append(time.perf_counter() - start)
    return 1e6 * min(times) / (x.shape[0] * x.shape[1])


if __name__ == "__main__":
    main()

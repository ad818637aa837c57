"""A peer: the article's network in PyTorch, written from the article alone; images per second of training.

    python -m benchmarks.peer_torch [--mode eager|compiled] [--precision float32|bfloat16] [--processes 4]

As PyTorch's performance guide advises: data and batches on the device, a fused optimiser, TF32, channels
last and autocast for bfloat16, `torch.compile` with CUDA graphs for small kernels. Prints one line of JSON.
Needs nothing but PyTorch and NumPy; `benchmarks/gpu_packs.py` runs it with a Python that has them.
"""

import argparse
import json
import subprocess
import sys
import time

import numpy as np

try:
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy
except ModuleNotFoundError:
    sys.exit("PyTorch is not installed in this Python; name one that has it: --torch /path/to/python")

BATCH, DROPOUT, SHRINKAGE = 64, 0.2, 1e-3
ARTICLE, TINY = ([35, 25, 15, 5], 3), ([2, 3, 2], 1)


class SpatialAttention(nn.Module):
    """x · σ(conv₅ₓ₅[max over channels ; mean over channels])."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(2, 1, 5, padding=2)

    def forward(self, x):
        maps = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)
        return x * torch.sigmoid(self.convolution(maps))


def norm(channels, flat=False):
    """Keras' momentum of 0.99 weighs the past, PyTorch's the present."""
    return (nn.BatchNorm1d if flat else nn.BatchNorm2d)(channels, eps=1e-3, momentum=0.01)


def dense_step(n_in, n_out):
    return nn.Sequential(nn.Linear(n_in, n_out, bias=False), norm(n_out, flat=True), nn.ReLU())


class DenseBlock(nn.Module):
    """Convolution blocks, each of which sees all before it."""

    def __init__(self, channels, filters, depth):
        super().__init__()
        self.blocks = nn.ModuleList()
        for i in range(depth):
            convolution = nn.Conv2d(channels + i * filters, filters, 3, padding=1, bias=False)
            parts = SpatialAttention(), norm(filters), nn.Dropout(DROPOUT), nn.ReLU()
            self.blocks.append(nn.Sequential(convolution, *parts))
        self.channels = channels + depth * filters

    def forward(self, x):
        for block in self.blocks:
            x = torch.cat([x, block(x)], 1)
        return x


class Autoencoder(nn.Module):
    """The article's variational autoencoder with batch norm, dropout, spatial attention and ReLU."""

    def __init__(self, units, depth, size=28, latent=2):
        super().__init__()
        self.encoder, shape = self._encoder(units, depth, size)
        n = int(np.prod(shape))
        self.inwards = nn.Sequential(dense_step(n, n), dense_step(n, latent))
        self.mean, self.log_variance = nn.Linear(latent, latent), nn.Linear(latent, latent)
        self.outwards = nn.Sequential(dense_step(latent, latent), dense_step(latent, n))
        self.unflatten = nn.Unflatten(1, shape)
        self.decoder = self._decoder(units, depth)

    def _encoder(self, units, depth, size):
        layers, channels = [nn.Conv2d(1, units[0], 3, padding=1, bias=False), nn.ReLU()], units[0]
        for filters in units[1:-1]:
            block = DenseBlock(channels, filters, depth)
            # An even image halved with "same" padding is padded on the right and below.
            down = nn.Conv2d(block.channels, filters, 3, stride=2, bias=False)
            layers += [block, nn.ZeroPad2d((0, 1, 0, 1)), down]
            channels, size = filters, size // 2
        layers += [nn.Conv2d(channels, units[-1], 3, padding=1, bias=False), norm(units[-1]), nn.ReLU()]
        return nn.Sequential(*layers), (units[-1], size, size)

    def _decoder(self, units, depth):
        first, *inner, _ = units[::-1]
        layers, channels = [nn.Conv2d(first, first, 3, padding=1, bias=False), nn.ReLU()], first
        for filters in inner:
            block = DenseBlock(channels, filters, depth)
            up = nn.ConvTranspose2d(
                block.channels, filters, 3, stride=2, padding=1, output_padding=1, bias=False
            )
            layers += [block, up]
            channels = filters
        return nn.Sequential(*layers, nn.Conv2d(channels, 1, 3, padding=1, bias=False), norm(1), nn.Sigmoid())

    def forward(self, images):
        features = self.inwards(self.encoder(images).flatten(1))
        mean, log_variance = self.mean(features), self.log_variance(features)
        sample = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(self.unflatten(self.outwards(sample))), mean, log_variance


def loss_of(network, images, precision):
    with torch.autocast(images.device.type, torch.bfloat16, enabled=precision == "bfloat16"):
        out, mean, log_variance = network(images)
    out, mean, log_variance = out.float(), mean.float(), log_variance.float()
    kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1).mean()
    return binary_cross_entropy(out.clamp(1e-7, 1 - 1e-7), images) + SHRINKAGE * kl


def main():
    options = _options()
    rate = _of_processes(options) if options.processes > 1 else _of_one(options)
    print(json.dumps({"images_per_second": rate}))


def _options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mode", choices=["eager", "compiled"], default="eager")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--waits", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _of_processes(options):
    """The sum of the rates of processes that start to measure together."""
    command = [sys.executable, "-m", "benchmarks.peer_torch", "--waits", f"--mode={options.mode}"]
    command += [f"--precision={options.precision}", f"--steps={options.steps}"]
    command += ["--tiny"] if options.tiny else []
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    children = [subprocess.Popen(command, **pipes) for _ in range(options.processes)]
    for child in children:
        if child.stdout.readline() != "ready\n":
            sys.exit("One of the processes could not start; run it alone to see why.")
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [child.communicate()[0] for child in children]
    return sum(json.loads(answer.splitlines()[-1])["images_per_second"] for answer in answers)


def _of_one(options):
    """Steps after as many to warm up."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    images = torch.rand((512, 1, 28, 28), device=device)
    units, depth = TINY if options.tiny else ARTICLE
    network = Autoencoder(units, depth).to(device)
    if options.precision == "bfloat16":
        network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3, fused=True)
    model = network
    if options.mode == "compiled":
        model = torch.compile(network, mode="reduce-overhead" if device == "cuda" else None)

    def steps(n):
        for _ in range(n):
            batch = images[torch.randint(0, len(images), (BATCH,), device=device)]
            optimizer.zero_grad(set_to_none=True)
            loss_of(model, batch, options.precision).backward()
            optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()

    steps(options.steps)
    if options.waits:
        print("ready", flush=True)
        sys.stdin.readline()
    start = time.perf_counter()
    steps(options.steps)
    return options.steps * BATCH / (time.perf_counter() - start)


if __name__ == "__main__":
    main()

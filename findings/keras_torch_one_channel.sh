#!/usr/bin/env bash
# On PyTorch, Keras' convolution to a single channel, the last layer of most image decoders, has no gradient where oneDNN does not
# compute it: `slow_conv2d: grad_weight must be contiguous`. Two channels have one, and so has PyTorch's own layer with one channel.
# oneDNN is off by `torch.backends.mkldnn.flags(enabled=False)`, as below, and has no bfloat16 on x86 processors without AVX-512: there
# mixed_bfloat16 trains every layer but this.
# Seen with Python 3.11 on 2026-12-01 (without oneDNN):
#   torch 2.13.0, Keras 3.15.1: Keras, 1 channel: RuntimeError; Keras, 2 channels: a gradient; PyTorch, 1 channel: a gradient
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import torch, keras
def gradient(layer, images):
    try:
        layer(images).sum().backward()
        return "a gradient"
    except RuntimeError as error:
        assert "grad_weight must be contiguous" in str(error)
        return "RuntimeError"
def ours(channels):
    layer = keras.layers.Conv2D(channels, 3)
    layer.build((None, 6, 6, 3))
    return gradient(layer, torch.zeros(2, 6, 6, 3))
with torch.backends.mkldnn.flags(enabled=False):
    print(f"torch {torch.__version__.partition('+')[0]}, Keras {keras.__version__}: Keras, 1 channel: {ours(1)}; Keras, 2 channels: {ours(2)};",
          f"PyTorch, 1 channel: {gradient(torch.nn.Conv2d(3, 1, 3), torch.zeros(2, 3, 6, 6))}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary torch==2.13.0 keras==3.15.1
seen=$(KERAS_BACKEND=torch KERAS_TORCH_DEVICE=cpu "$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "torch 2.13.0, Keras 3.15.1: Keras, 1 channel: RuntimeError; Keras, 2 channels: a gradient; PyTorch, 1 channel: a gradient" ]

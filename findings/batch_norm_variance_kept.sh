#!/usr/bin/env bash
# Batch norm divides by the variance of a batch with n in both, but keeps different ones for evaluation: PyTorch the unbiased
# variance (n - 1), Keras the biased (n), on its PyTorch backend too. n counts images and pixels, so it shows where maps are 1×1: after a
# dense layer with a batch of 4 the variances differ by a third, and one network with the same weights has two test losses.
# The momentum means the opposite as well: PyTorch's 1.0 and Keras' 0.0 both keep the last batch alone.
# Seen with Python 3.11 on 2026-12-01 (the batch 0, 1, 2, 3):
#   torch 2.13.0, Keras 3.15.1: in training both give -1.342 -0.447 0.447 1.342; kept: PyTorch 1.667, Keras 1.250;
#   then in evaluation: PyTorch -1.162 -0.387 0.387 1.162, Keras -1.342 -0.447 0.447 1.342
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import torch, keras
batch = torch.arange(4.0).reshape(4, 1)
theirs = torch.nn.BatchNorm1d(1, eps=1e-5, momentum=1.0)
layer = keras.layers.BatchNormalization(epsilon=1e-5, momentum=0.0)
text = lambda values: " ".join(f"{value:.3f}" for value in values.detach().ravel().tolist())
trained = text(theirs(batch)), text(layer(batch, training=True))
assert trained[0] == trained[1]
kept = text(theirs.running_var), text(layer.moving_variance.value)
theirs.eval()
print(f"torch {torch.__version__.partition('+')[0]}, Keras {keras.__version__}: in training both give {trained[0]};",
      f"kept: PyTorch {kept[0]}, Keras {kept[1]}; then in evaluation: PyTorch {text(theirs(batch))}, Keras {text(layer(batch, training=False))}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary torch==2.13.0 keras==3.15.1
seen=$(KERAS_BACKEND=torch KERAS_TORCH_DEVICE=cpu "$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "torch 2.13.0, Keras 3.15.1: in training both give -1.342 -0.447 0.447 1.342; kept: PyTorch 1.667, Keras 1.250; then in evaluation: PyTorch -1.162 -0.387 0.387 1.162, Keras -1.342 -0.447 0.447 1.342" ]

#!/usr/bin/env bash
# Attention weights for a heatmap: in training PyTorch's MultiheadAttention returns them after its dropout, so that rows no
# longer add up to 1 and a dropped pair looks unattended. Keras' layer of the same name returns them before its dropout, which
# it applies all the same. In evaluation both return the softmax. A map that is logged during training is not the same thing in both.
# Seen with Python 3.11 on 2026-12-01 (5 tokens, dropout 0.5):
#   torch 2.13.0, Keras 3.15.1: training: PyTorch's rows add up to 1: no, weights of zero: yes; Keras': yes, no;
#   evaluation: PyTorch's: yes, no; Keras': yes, no
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import torch, keras
torch.manual_seed(0); keras.utils.set_random_seed(0)
tokens = torch.randn(4, 5, 8)
theirs = torch.nn.MultiheadAttention(8, 2, dropout=0.5, batch_first=True)
layer = keras.layers.MultiHeadAttention(2, 4, dropout=0.5)
def seen(training):
    theirs.train(training)
    weights = theirs(tokens, tokens, tokens, average_attn_weights=False)[1], layer(tokens, tokens, return_attention_scores=True, training=training)[1]
    yes = lambda fact: "yes" if fact else "no"
    return [(yes(torch.allclose(w.sum(-1), torch.ones(()), atol=1e-5)), yes(bool((w == 0).any()))) for w in weights]
a, b = seen(True); c, d = seen(False)
print(f"torch {torch.__version__.partition('+')[0]}, Keras {keras.__version__}: training: PyTorch's rows add up to 1: {a[0]}, weights of zero: {a[1]};",
      f"Keras': {b[0]}, {b[1]}; evaluation: PyTorch's: {c[0]}, {c[1]}; Keras': {d[0]}, {d[1]}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary torch==2.13.0 keras==3.15.1
seen=$(KERAS_BACKEND=torch KERAS_TORCH_DEVICE=cpu "$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "torch 2.13.0, Keras 3.15.1: training: PyTorch's rows add up to 1: no, weights of zero: yes; Keras': yes, no; evaluation: PyTorch's: yes, no; Keras': yes, no" ]

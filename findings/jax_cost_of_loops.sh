#!/usr/bin/env bash
# JAX: the FLOPs that `compiled.cost_analysis()` gives count the body of a loop once, however often it runs. So a `lax.scan` over 100
# steps of training costs as much as one step, and the same steps unrolled cost 100 times as much: cost per step (or a
# device's use) from that number is wrong by the number of steps, and a model whose layers are scanned looks as cheap as
# one layer. `lax.fori_loop` and `lax.map` are loops as well, `vmap` is not.
# Seen with Python 3.11 on 2026-12-01, of products (8, 64) × (64, 64), 65,536 FLOPs each:
#   jax 0.10.2, 100 products: scan 65538, fori_loop 65538, map 65538, unrolled 6553600, vmap 6553600
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import jax, jax.numpy as jnp
from jax import lax
w, x, many = jnp.ones((64, 64)), jnp.ones((8, 64)), jnp.ones((100, 8, 64))
def unrolled(x):
    for _ in range(100):
        x = x @ w
    return x
ways = {
    "scan": (lambda x: lax.scan(lambda c, _: (c @ w, None), x, length=100)[0], x),
    "fori_loop": (lambda x: lax.fori_loop(0, 100, lambda _, c: c @ w, x), x),
    "map": (lambda xs: lax.map(lambda c: c @ w, xs), many),
    "unrolled": (unrolled, x),
    "vmap": (jax.vmap(lambda c: c @ w), many),
}
flops = {name: jax.jit(f).lower(value).compile().cost_analysis()["flops"] for name, (f, value) in ways.items()}
print(f"jax {jax.__version__}, 100 products:", ", ".join(f"{name} {n:.0f}" for name, n in flops.items()))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
seen=$(JAX_PLATFORMS=cpu "$room/venv/bin/python" -W ignore "$room/see.py")
echo "$seen"
[ "$seen" = "jax 0.10.2, 100 products: scan 65538, fori_loop 65538, map 65538, unrolled 6553600, vmap 6553600" ]

"""Heatmaps: where a network looks.

For any functional Keras model of images. Functions take NumPy arrays and give `Maps`. Behind each stands a
class that is made once from a network and then called with tensors by input name, in Keras operations alone:
it can be traced, inside `tf.function` as well as inside `jax.jit` and `jax.vmap` under a
`keras.StatelessScope`.
"""

from ablation.app.maps.attention_map import AttentionMap, attention_map, layers_with_a_gate
from ablation.app.maps.completeness import Completeness
from ablation.app.maps.deletion import Deletion
from ablation.app.maps.grad_cam import GradCam, grad_cam
from ablation.app.maps.maps import Images, Maps, upsample
from ablation.app.maps.occlusion import Occlusion, occlusion
from ablation.app.maps.residual import Residual, residual
from ablation.app.maps.top_k import TopK, top_k

__all__ = [
    "AttentionMap",
    "Completeness",
    "Deletion",
    "GradCam",
    "Images",
    "Maps",
    "Occlusion",
    "Residual",
    "TopK",
    "attention_map",
    "grad_cam",
    "layers_with_a_gate",
    "occlusion",
    "residual",
    "top_k",
    "upsample",
]

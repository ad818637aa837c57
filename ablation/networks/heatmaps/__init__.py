"""Heatmaps: where a network looks.

For any functional Keras model of images. Functions take NumPy arrays and give `Maps`. Behind each stands a
class that is made once from a network and then called with tensors by input name, in Keras operations alone:
it can be traced, inside `tf.function` as well as inside `jax.jit` and `jax.vmap` under a
`keras.StatelessScope`.
"""

from ablation.networks.heatmaps.attention_map import AttentionMap, attention_map, layers_with_a_gate
from ablation.networks.heatmaps.completeness import Completeness, completeness
from ablation.networks.heatmaps.deletion import Deletion, deletion_curves
from ablation.networks.heatmaps.grad_cam import GradCam, grad_cam
from ablation.networks.heatmaps.maps import Images, Maps, is_constant, upsample
from ablation.networks.heatmaps.occlusion import Occlusion, occlusion
from ablation.networks.heatmaps.random_weights import random_weights
from ablation.networks.heatmaps.residual import Residual, residual
from ablation.networks.heatmaps.top_k import TopK, top_k

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
    "completeness",
    "deletion_curves",
    "grad_cam",
    "is_constant",
    "layers_with_a_gate",
    "occlusion",
    "random_weights",
    "residual",
    "top_k",
    "upsample",
]

import re

import pytest

from ablation.app.heatmaps.command_line import MapRequest, parse
from ablation.errors import UsageError


def test_settings_follow_the_study():
    asked = parse(["runs/density", "map=top_k", "input=rgb", "images=3", "cells=aa,bb", "output=out/grid"])
    assert asked == MapRequest("runs/density", "top_k", "rgb", None, ("aa", "bb"), 3, "out/grid")
    assert parse(["runs/density"]) == MapRequest("runs/density")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "Expected the folder of a study"),
        (["map=grad_cam"], "Expected the folder of a study"),
        (["--help"], "Expected the folder of a study"),
        (
            ["runs/density", "maps=grad_cam"],
            "map=…, input=…, layer=…, cells=…, images=…, output=….*maps=grad_cam",
        ),
        (["runs/density", "map=saliency"], "grad_cam, attention, occlusion, residual, top_k, top_k_variance"),
        (["runs/density", "images=many"], "images: expected a number"),
        (["runs/density", "images=0"], "images: expected at least 1"),
    ],
)
def test_a_mistake_is_a_sentence(arguments, expected):
    with pytest.raises(UsageError, match=f"(?s){expected}" if "…" in expected else re.escape(expected)):
        parse(arguments)

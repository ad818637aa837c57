"""Flags that stand for others, on the command line and in a sweep."""

import pytest

from ablation.app import entry as app
from ablation.app.config import Config
from ablation.app.flags import Flags, levels_of
from ablation.errors import UsageError
from ablation.sweep.cell import make_cell
from ablation.sweep.compose import Composed, Composer
from ablation.sweep.overrides import Overrides
from tests.test_conf import composed


def cell(cfg):
    return make_cell(cfg, Config, app.identity, ())


@pytest.mark.parametrize("given", [True, "True", "true", "spatial"])
def test_true_is_spatial_attention(given):
    assert Flags(attention=given).attention == "spatial"


@pytest.mark.parametrize("given", [False, "False", "false", "none"])
def test_false_is_no_attention(given):
    assert Flags(attention=given) == Flags()


@pytest.mark.parametrize("given", ["maybe", "", None, 1, "None"])
def test_other_words_are_refused_with_the_levels(given):
    with pytest.raises(UsageError, match=rf"flags\.attention: expected one of none, placebo, .*{given!r}"):
        Flags(attention=given)


def test_aliases_are_no_levels():
    assert levels_of("attention")[0] == "none"
    assert not {"true", "false"} & set(levels_of("attention"))


@pytest.mark.parametrize(("alias", "level"), [("true", "spatial"), ("false", "none")])
def test_a_run_has_the_same_key_whichever_word_was_used(alias, level):
    keys = {cell(composed(f"flags.attention={word}")).key(0) for word in (alias, level)}
    assert len(keys) == 1
    assert (cell(composed()).key(0) in keys) == (level == "none")


def swept(*words):
    """The levels of a sweep over `flags.attention`."""
    overrides = Overrides(swept={"flags.attention": list(words)})

    def compose(lines):
        cfg = composed(*lines)
        return Composed(cfg, cell(cfg))

    return Composer(overrides, compose).factors["flags.attention"]


def test_a_sweep_over_false_and_true_has_the_levels_none_and_spatial():
    assert swept("false", "true") == ["none", "spatial"]


def test_a_sweep_over_a_level_and_its_alias_is_refused():
    with pytest.raises(UsageError, match=r"flags\.attention"):
        swept("none", "false")

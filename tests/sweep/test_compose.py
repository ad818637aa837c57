from itertools import product

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from ablation.errors import UsageError
from ablation.sweep.cell import make_cell
from ablation.sweep.compose import N_CONFIRMED, Composed, Composer
from ablation.sweep.overrides import Overrides, set_in_jobs

SWEPT = {"a": ["1", "2", "3"], "b": ["x", "y"], "c": ["false", "true"]}
BASE = {"a": 0, "b": "", "c": False, "rest": {"n": 5}}


class Composing:
    """Stands for Hydra: sets keys, and counts."""

    def __init__(self, **more):
        self.base, self.n = OmegaConf.create(BASE | more), 0

    def __call__(self, lines):
        self.n += 1
        cfg = self.base.copy()
        cfg.merge_with_dotlist(list(lines))
        return cfg


def composer(compose, swept=SWEPT, identity=None, unkeyed=(), describe=make_cell):
    def composed(lines):
        cfg = compose(lines)
        return Composed(cfg, describe(cfg, None, identity, unkeyed))

    return Composer(Overrides({}, dict(swept)), composed)


def everything(made):
    return [dict(zip(made.factors, levels, strict=True)) for levels in product(*made.factors.values())]


def described(cell):
    return cell.config, cell.keyed, dict(cell.identity), cell.id, cell.key(3)


def test_derived_cells_are_those_that_would_have_been_composed():
    composing = Composing()
    made = composer(composing)
    design = everything(made)
    n_levels = 1 + 2 + 1 + 1
    cells = made.cells(design)
    assert composing.n == n_levels + N_CONFIRMED
    for cell, levels in zip(cells, design, strict=True):
        told = make_cell(composing(made.lines(levels)), None, None, ())
        assert described(cell) == described(told)


def test_where_factors_touch_the_same_key_every_cell_is_composed():
    composing = Composing(both="${a}-${b}")
    made = composer(composing)
    cells = made.cells(everything(made))
    assert composing.n == 5 + len(cells)
    assert {cell.config["both"] for cell in cells} == {f"{a}-{b}" for a in (1, 2, 3) for b in "xy"}


def test_what_shows_only_in_combination_is_found_by_the_confirming_cells():
    def describe(cfg, *rest):
        both = cfg.a == 3 and cfg.b == "y" and cfg.c
        return make_cell(OmegaConf.merge(cfg, {"rest": {"n": 6 if both else 5}}), *rest)

    made = composer(Composing(), describe=describe)
    assert [cell.config["rest.n"] for cell in made.cells(everything(made))] == [5] * 11 + [6]


def test_the_identity_follows_the_levels():
    made = composer(Composing(), identity=lambda cfg: {"data": f"hash of {cfg['b']}"})
    cells = made.cells(everything(made))
    assert {(c.config["b"], c.identity["data"]) for c in cells} == {("x", "hash of x"), ("y", "hash of y")}


def test_a_key_that_only_some_levels_have_comes_and_goes():
    def compose(lines):
        cfg = OmegaConf.create(BASE)
        cfg.merge_with_dotlist(list(lines))
        return OmegaConf.merge(cfg, {"only_y": 1}) if cfg.b == "y" else cfg

    made = composer(compose)
    for cell, levels in zip(made.cells(everything(made)), everything(made), strict=True):
        assert ("only_y" in cell.config) == ("only_y" in cell.keyed) == (levels["b"] == "y")


def test_levels_have_the_types_that_the_configuration_gives_them():
    assert composer(Composing()).factors == {"a": [1, 2, 3], "b": ["x", "y"], "c": [False, True]}


def test_levels_that_are_one_after_composition_are_refused():
    with pytest.raises(UsageError, match="a: expected each level once"):
        composer(Composing(), {"a": ["1", "01"], "b": ["x", "y"]})


def test_a_factor_that_changes_no_run_is_refused():
    with pytest.raises(UsageError, match=r"change what a run gives\. Received: a"):
        composer(Composing(), unkeyed=("a",))


@pytest.mark.parametrize("name", ["123456e123456789", "0123456701234567", "abcdefab12345678"])
def test_a_sweep_has_the_same_name_in_its_jobs(name):
    """Names are random hex digits, of which some read as numbers."""
    hydra = OmegaConf.create(
        {"sweeper": {"sweep": "first"}, "overrides": {"hydra": ["hydra.sweeper.seeds=2"]}}
    )
    for each in ("another", name):
        set_in_jobs(hydra, "sweeper.sweep", each)
    kept, line = hydra.overrides.hydra
    assert kept == "hydra.sweeper.seeds=2"
    assert OverridesParser.create().parse_override(line).value() == hydra.sweeper.sweep == name

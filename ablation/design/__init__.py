"""Which cells a study makes, and what they can show. Pure: factors in, a verified design out."""

from ablation.design.aliasing import alias_table
from ablation.design.design import Alias, Design
from ablation.design.design_request import check_factors
from ablation.design.make import make_design

__all__ = ["Alias", "Design", "alias_table", "check_factors", "make_design"]

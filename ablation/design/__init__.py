"""Which cells a study makes, and what they can show. Pure: factors in, a verified design out."""

from ablation.design.aliasing import alias_table
from ablation.design.design import Alias, Design
from ablation.design.factorial import check_factors, full_factorial
from ablation.design.make import make_design
from ablation.design.verify import Properties, Rank, verify

__all__ = [
    "Alias",
    "Design",
    "Properties",
    "Rank",
    "alias_table",
    "check_factors",
    "full_factorial",
    "make_design",
    "verify",
]

"""Which runs a study makes. Pure: lists in, lists out."""

from ablation.design.factorial import check_factors, full_factorial
from ablation.design.names import short_name

__all__ = ["check_factors", "full_factorial", "short_name"]

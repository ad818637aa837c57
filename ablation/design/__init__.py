"""Which cells a study makes, and what they can show. Pure: factors in, a verified design out."""

from ablation.design.alias_lines import alias_table
from ablation.design.factorial import check_factors, full_factorial
from ablation.design.kinds import Alias, Design
from ablation.design.make import make_design
from ablation.design.names import cell_text, level_text, short_name, short_names
from ablation.design.shuffle import shuffled
from ablation.design.verify import Properties, Rank, verify

__all__ = [
    "Alias",
    "Design",
    "Properties",
    "Rank",
    "alias_table",
    "cell_text",
    "check_factors",
    "full_factorial",
    "level_text",
    "make_design",
    "short_name",
    "short_names",
    "shuffled",
    "verify",
]

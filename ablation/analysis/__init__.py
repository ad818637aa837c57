"""What a table of runs means: effects, intervals, verdicts and warnings (numpy, scipy, statsmodels, pandas).

from ablation.analysis import analyze
analyze("runs.csv", response="loss", factors=["flags.batch_norm", "activation"], block="seed").effects
"""

from ablation.analysis.analysis import Analysis
from ablation.analysis.analyze import analyze
from ablation.analysis.compare import Comparison, compare
from ablation.analysis.notices import Notice
from ablation.analysis.planned import detectable_effects
from ablation.analysis.tables.best_cells import BestCell

__all__ = ["Analysis", "BestCell", "Comparison", "Notice", "analyze", "compare", "detectable_effects"]

"""Results: one immutable row per run, kept whatever happens, and the table made of the rows.

Importing this is cheap: pandas is loaded by `read` and `gather`, when they are called.
"""

from ablation.results.arrays import Arrays
from ablation.results.claim import Claim
from ablation.results.copying import Copied, copy
from ablation.results.key import ABSENT, FRAMEWORK_KEYS, cell_key, changed_default, run_key, without_defaults
from ablation.results.opening import open_existing, open_store
from ablation.results.outcome import Outcome
from ablation.results.record import StudyRecord
from ablation.results.response import Response, response_of
from ablation.results.row import FINAL, UNFINISHED, Row
from ablation.results.store import Attempt, Quarantined, Snapshot, Store
from ablation.results.table import OWN_COLUMNS, read
from ablation.results.views import gather, keys_of, write_views

__all__ = [
    "ABSENT",
    "FINAL",
    "FRAMEWORK_KEYS",
    "OWN_COLUMNS",
    "UNFINISHED",
    "Arrays",
    "Attempt",
    "Claim",
    "Copied",
    "Outcome",
    "Quarantined",
    "Response",
    "Row",
    "Snapshot",
    "Store",
    "StudyRecord",
    "cell_key",
    "changed_default",
    "copy",
    "gather",
    "keys_of",
    "open_existing",
    "open_store",
    "read",
    "response_of",
    "run_key",
    "without_defaults",
    "write_views",
]

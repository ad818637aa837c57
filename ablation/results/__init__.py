"""What came back: one immutable row per run, kept whatever happens, and the table made of the rows.

Importing this is cheap: pandas is loaded by `read` and `gather`, when they are called.
"""

from ablation.results.arrays import Arrays
from ablation.results.claim import Claim
from ablation.results.copying import Copied, copy
from ablation.results.key import ABSENT, cell_key, changed_default, first_defaults, run_key
from ablation.results.opening import open_existing, open_store
from ablation.results.outcome import Outcome
from ablation.results.response import Response, response_of
from ablation.results.row import FINAL, UNFINISHED, Row
from ablation.results.store import Attempt, Quarantined, Scan, Store
from ablation.results.table import OWN_COLUMNS, read
from ablation.results.views import gather, keys_of

__all__ = [
    "ABSENT",
    "FINAL",
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
    "Scan",
    "Store",
    "cell_key",
    "changed_default",
    "copy",
    "first_defaults",
    "gather",
    "keys_of",
    "open_existing",
    "open_store",
    "read",
    "response_of",
    "run_key",
]

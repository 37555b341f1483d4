from .claims import Claim, load_claims
from .export import manifest, own_claims
from .finding import VERDICTS
from .page import audit_table, download
from .published import (
    published_cnn_epochs,
    published_confusion_matrix,
    published_nielsen_norms,
    published_runs,
    published_weights,
)
from .ranking_rules import halves_told_apart, seeds_for_each
from .run_rules import own_runs_rejected
from .verdicts import audit, counts, false_alarms, judge

__all__ = [
    "VERDICTS",
    "Claim",
    "audit",
    "audit_table",
    "counts",
    "download",
    "false_alarms",
    "halves_told_apart",
    "judge",
    "load_claims",
    "manifest",
    "own_claims",
    "own_runs_rejected",
    "published_cnn_epochs",
    "published_confusion_matrix",
    "published_nielsen_norms",
    "published_runs",
    "published_weights",
    "seeds_for_each",
]

"""What a rule of the audit finds, and the words for its verdicts."""

from dataclasses import dataclass

HOLDS = "holds"
ONE_RUN = "holds, but one run cannot show it"
SPREAD = "within the spread"
NOT = "does not hold"
PRINT = "wrong in print"
UNKNOWN = "cannot be told"
OTHER = "other data"

VERDICTS = {
    HOLDS: "our evidence says the same",
    ONE_RUN: "true of many runs, but one run each would often have shown the opposite",
    SPREAD: "a run that could have been one of ours",
    NOT: "our evidence says otherwise",
    PRINT: "right when mended, and the row says how",
    UNKNOWN: "the evidence at hand does not decide it, and the row says what would",
    OTHER: "it needs data that this copy of the book was not built on",
}
"""Each verdict, and what it means."""


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    ours : str
        Our number or result, in words that can stand beside the published one.
    reason : str
        What led to the verdict, or would change it.
    """

    verdict: str
    ours: str
    reason: str = ""

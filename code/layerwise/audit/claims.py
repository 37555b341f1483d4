"""The claims that the audit judges, as data, and which of them cover the published numbers."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from layerwise.audit.published import (
    published_cnn_epochs,
    published_confusion_matrix,
    published_nielsen_norms,
    published_runs,
)
from layerwise.keep.arguments import Allowed, check, one_of

KINDS = ("formula", "run", "number", "ranking", "reading", "description")


@dataclass(frozen=True)
class Claim:
    """One published number or statement.

    Attributes
    ----------
    name : str
        Its identifier.
    where, says : str
        In which source and part it stands, and what it says, in an own short form.
    kind : str
        One of `KINDS`.
    rule, arguments
        What judges it: the name of a rule and what it is given.
    evidence : str
        A chapter, and after a ``#`` a figure in it.
    rows : mapping
        Of which published table it claims which rows: ``table``, and columns with their value; empty for a statement.
    cause : str
        The claim whose slip or finding decides this one too, so that it is counted once; its own name by default.
    """

    name: str
    where: str
    says: str
    kind: str
    rule: str
    evidence: str
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)
    rows: Mapping[str, Any] = field(default_factory=dict, hash=False)
    cause: str = ""


_WORDS = Allowed("text", lambda value: isinstance(value, str) and bool(value.strip()))


_MAPPING = Allowed("a mapping", lambda value: isinstance(value, dict))


_ALLOWED = {"where": _WORDS, "says": _WORDS, "kind": one_of(*KINDS), "rule": _WORDS, "evidence": _WORDS}


@functools.cache
def load_claims() -> dict[str, Claim]:
    """All claims by name, in the order of ``claims.yml``.

    Raises
    ------
    ValueError
        If an entry lacks something, or has something that no claim has.
    """
    return read_claims(files("layerwise").joinpath("audit/claims.yml").read_text(encoding="utf-8"))


def read_claims(text: str) -> dict[str, Claim]:
    """Claims from YAML; raises as :func:`load_claims` does."""
    claims: dict[str, Claim] = {}
    for name, entry in yaml.safe_load(text).items():
        arguments, rows, cause = entry.pop("with", {}), entry.pop("rows", {}), entry.pop("cause", name)
        if entry.keys() != _ALLOWED.keys():
            raise ValueError(f"claim {name}: expected {', '.join(_ALLOWED)}, found {', '.join(entry)}")
        check(_ALLOWED | {"with": _MAPPING, "rows": _MAPPING}, **entry, rows=rows, **{"with": arguments})
        if cause not in (*claims, name):
            raise ValueError(f"claim {name}: no claim before it is called {cause!r}, its cause")
        claims[name] = Claim(name, arguments=arguments, rows=rows, cause=cause, **entry)
    return claims


def published_tables() -> dict[str, pd.DataFrame]:
    """The published tables by the name that a claim's ``rows`` gives them."""
    return {
        "runs": published_runs(),
        "cnn": published_cnn_epochs(),
        "matrix": published_confusion_matrix().reset_index(),
        "nielsen": published_nielsen_norms().reset_index(),
    }


def rows_of(claim: Claim, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The published rows that a claim covers; none for a statement."""
    if not claim.rows:
        return pd.DataFrame()
    table = tables[claim.rows["table"]]
    chosen = [table[name] == value for name, value in claim.rows.items() if name != "table"]
    return table[pd.concat(chosen, axis=1).all(axis=1)] if chosen else table

"""Judging: each claim by its rule, all of them as a table, and what may go wrong with that.

What a rule judges by what networks learned from complete MNIST is `other data` in a copy of the book that was built on
the embedded digits.
"""

import functools
import inspect
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from layerwise.audit import count_rules, formula_rules, ranking_rules, reading_rules, run_rules
from layerwise.audit.claims import Claim, load_claims, published_tables, rows_of
from layerwise.audit.finding import VERDICTS, Finding
from layerwise.audit.run_rules import LEVEL


def _is_rule(name: str, function: object) -> bool:
    if name.startswith("_") or not inspect.isfunction(function):
        return False
    signature = inspect.signature(function)
    return signature.return_annotation is Finding and "source" in signature.parameters


RULES: Mapping[str, Callable[..., Finding]] = MappingProxyType(
    {
        name: rule
        for module in (formula_rules, run_rules, ranking_rules, count_rules, reading_rules)
        for name, rule in vars(module).items()
        if _is_rule(name, rule)
    }
)
"""The rules by name: functions of the key of the data and of a claim's arguments."""


def judge(name: str, source: str = "mnist") -> Finding:
    """What the rule of a claim finds.

    Parameters
    ----------
    name : str
        Of the claim.
    source : str
        Key of the handwritten digits on which the book is built, ``Digits.key``.

    Raises
    ------
    ValueError
        If there is no such claim; the message lists those that begin alike.
    """
    claims = load_claims()
    if name not in claims:
        alike = [other for other in claims if other.split("-")[0] == name.split("-")[0]]
        raise ValueError(f"unknown claim {name!r}; there are {', '.join(alike or claims)}")
    return _found(claims[name], source)


def _found(claim: Claim, source: str) -> Finding:
    finding = RULES[claim.rule](source, **claim.arguments)
    assert finding.verdict in VERDICTS, f"{claim.name}: {finding.verdict}"
    return finding


@functools.cache
def audit(source: str = "mnist") -> pd.DataFrame:
    """All claims with their verdicts, one row each.

    Parameters
    ----------
    source : str
        As in :func:`judge`.

    Returns
    -------
    DataFrame
        ``name`` (index), ``where``, ``says``, ``kind``, ``rule``, ``evidence``, ``cause``, ``chapter``, ``rows`` (how
        many published ones), ``verdict``, ``ours``, ``reason``, ``seconds`` that judging took.
    """
    tables = published_tables()
    lines = []
    for claim in load_claims().values():
        started = time.perf_counter()
        finding = _found(claim, source)
        lines.append(
            {name: getattr(claim, name) for name in ("name", "where", "says", "kind", "rule", "evidence", "cause")}
            | {"chapter": claim.evidence.partition("#")[0], "rows": len(rows_of(claim, tables))}
            | {"verdict": finding.verdict, "ours": finding.ours, "reason": finding.reason}
            | {"seconds": time.perf_counter() - started}
        )
    return pd.DataFrame(lines).set_index("name")


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """How many statements, and how many rows of published tables, have each verdict.

    Returns
    -------
    DataFrame
        Verdicts in the order of `VERDICTS`; ``statements``, of how many ``causes``, and ``rows``.
    """
    stated = table[table["rows"] == 0].groupby("verdict")["cause"]
    rows = table.groupby("verdict")["rows"].sum()
    return (
        pd.DataFrame({"statements": stated.size(), "causes": stated.nunique(), "rows": rows})
        .reindex(list(VERDICTS))
        .fillna(0)
        .astype(int)
    )


def false_alarms(table: pd.DataFrame) -> float:
    """How often the audit would say `does not hold` of what does, on average and at most, by its statistical rules.

    Runs are judged at `LEVEL`, rankings at half of it: the other half of that test is for what does hold.
    """
    runs = table["rule"].isin(["printed_run", "nielsen_factor"]).sum()
    rankings = table["rule"].isin(["accuracy_ranking", "gradient_ranking", "inverted_reads_more"]).sum()
    return float(LEVEL * runs + LEVEL / 2 * rankings)

"""The claims cover every published number; where the report's text is at hand, the list is that of the text."""

import re
from pathlib import Path

import pandas as pd
import pytest

from layerwise.audit.claims import load_claims, published_tables, read_claims, rows_of
from layerwise.audit.published import CLAIMS_NOTHING, published_runs, report_numbers

BOOK = Path(__file__).parents[2] / "book"
REPORT = sorted((Path(__file__).parents[3] / "shared" / "report").glob("*.txt"))
NUMBER = re.compile(r"\w*\d\w*(?:[.,]\w*\d\w*)*")
ONE = """
one:
  {where: a book, says: words, kind: formula, rule: identity, evidence: data}
"""


def numbers_of(text: str) -> dict[int, str]:
    """The words with a digit on each line of the report's text, after its title page."""
    lines = text.splitlines()
    found = {line: " ".join(NUMBER.findall(words)) for line, words in enumerate(lines, start=1)}
    return {line: words for line, words in found.items() if words and line > lines.index("Contents")}


def test_every_number_of_the_text_has_a_claim_or_a_reason() -> None:
    covered = set(report_numbers()["claim"])
    assert covered <= {*load_claims(), *(f"-{reason}" for reason in CLAIMS_NOTHING)}
    assert {f"-{reason}" for reason in CLAIMS_NOTHING} <= covered, "a reason that no number needs"


@pytest.mark.skipif(
    not REPORT, reason="the report's text is not beside this checkout; the list of its numbers is tested"
)
def test_the_list_of_numbers_is_that_of_the_text() -> None:
    listed = report_numbers().groupby("line")["numbers"].agg(" ".join).to_dict()
    assert listed == numbers_of(REPORT[0].read_text(encoding="utf-8"))


def test_numbers_are_found_in_words() -> None:
    text = "a 1\nContents\n0.9281, 164us/step and val_loss: 2.30\nnothing\nflatten_1 of 28,618"
    assert numbers_of(text) == {3: "0.9281 164us 2.30", 5: "flatten_1 28,618"}


@pytest.mark.parametrize("figure", range(1, 10))
def test_the_listed_logs_are_the_published_tables(figure: int) -> None:
    listed = report_numbers().query(f"claim == 'figure-{figure}'")["numbers"].str.split().explode().tolist()[:-2]
    run = published_runs().query(f"source == 'figure {figure}'")
    numbers = run[["loss", "accuracy", "test_loss", "test_accuracy"]].to_numpy().ravel()
    assert [float(word) for word in listed] == numbers.tolist()


def test_every_row_of_the_published_tables_is_covered_once() -> None:
    tables = published_tables()
    for name, table in tables.items():
        claims = [claim for claim in load_claims().values() if claim.rows.get("table") == name]
        rows = pd.concat([rows_of(claim, tables) for claim in claims])
        assert sorted(rows.index) == sorted(table.index), name


def test_there_are_forty_statements_and_more() -> None:
    assert sum(not claim.rows for claim in load_claims().values()) >= 40


def test_evidence_is_a_place_of_the_book() -> None:
    for claim in load_claims().values():
        chapter, _, place = claim.evidence.partition("#")
        text = (BOOK / f"{chapter}.md").read_text(encoding="utf-8")
        assert not place or re.search(rf"^ *name: {place}$|^\({place}\)=$", text, re.MULTILINE), claim


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("says: words, ", "", "claim one: expected where, says"),
        ("kind: formula", "kind: poem", "kind"),
        ("where: a book", "where: ''", "where"),
        ("evidence: data", "evidence: data, rows: 3", "rows"),
        ("evidence: data", "evidence: data, cause: two", "no claim before it is called 'two', its cause"),
        ("evidence: data", "evidence: data, extra: 3", "found where, says, kind, rule, evidence, extra"),
    ],
)
def test_what_is_no_claim_is_refused(old: str, new: str, complaint: str) -> None:
    assert read_claims(ONE)["one"].rule == "identity"
    with pytest.raises(ValueError, match=complaint):
        read_claims(ONE.replace(old, new))

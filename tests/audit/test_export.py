"""The book's own claims, and the manifest."""

import json
from pathlib import Path

import pandas as pd
import yaml

from layerwise.audit.claims import load_claims
from layerwise.audit.export import manifest, own_claims
from layerwise.keep.expectations import read_expectations

PROJECT = Path(__file__).parents[2]


def test_every_number_of_the_book_is_a_claim() -> None:
    claims = json.loads(own_claims(PROJECT / "book" / "expectations"))
    files = (PROJECT / "book" / "expectations").glob("*.yml")
    expected = sum(len(entries) for path in files for entries in read_expectations(path).values())
    assert len(claims) == expected + len(load_claims())
    assert all({"name", "where", "says", "kind", "rule", "evidence"} <= claim.keys() for claim in claims)


def test_every_file_of_the_manifest_is_there_and_the_audit_says_how_long_it_took() -> None:
    judged = pd.DataFrame({"seconds": [0.25, 1.5]}, index=["one", "two"])
    content = yaml.safe_load(manifest(judged))
    claims = next(entry for entry in content["manifest"] if entry["file"] == "claims.json")
    assert claims["comment"].endswith("judges 2 claims in 2 s, most of them in two 1.5, one 0.2")
    records = [entry for entry in content["manifest"] if entry["file"].startswith("code")]
    assert len(records) == len(list((PROJECT / "code" / "layerwise" / "keep" / "record_files").glob("*.json")))
    assert all((PROJECT / entry["file"]).is_file() and "records" in entry["comment"] for entry in records)

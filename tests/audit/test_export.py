"""The book's own claims, and the manifest."""

import json
from pathlib import Path

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


def test_every_file_of_the_manifest_is_there() -> None:
    content = yaml.safe_load(manifest())
    records = [entry for entry in content["manifest"] if entry["file"].endswith(".json")]
    assert len(records) == len(list((PROJECT / "code" / "layerwise" / "keep" / "record_files").glob("*.json")))
    assert all((PROJECT / entry["file"]).is_file() and "records" in entry["comment"] for entry in records)

"""The book's own claims in the form of the audit's, and a manifest for whoever checks it."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from layerwise.audit.claims import load_claims
from layerwise.keep.expectations import read_expectations
from layerwise.keep.records import RECORDS


def own_claims(folder: str | os.PathLike[str] = "expectations") -> str:
    """Every number in the book's prose as a claim, with those of the published ones that we judge, as JSON.

    Parameters
    ----------
    folder : path
        Of the chapters' expectations; a chapter runs beside it.

    Returns
    -------
    str
        A list of objects: ``name``, ``where``, ``says``, ``kind``, ``rule``, ``evidence``, and for the book's own
        numbers ``data`` (the key of the digits on which it holds, or ``any``) and ``study`` or ``because``.
    """
    claims: list[dict[str, Any]] = [
        {key: getattr(claim, key) for key in ("name", "where", "says", "kind", "rule", "evidence")}
        for claim in load_claims().values()
    ]
    for path in sorted(Path(folder).glob("*.yml")):
        for data, entries in read_expectations(path).items():
            for name, expected in entries.items():
                claims.append(
                    {"name": f"{path.stem}-{name}", "where": f"this book, {path.stem}", "says": expected.text}
                    | {"kind": "number", "rule": "record", "evidence": path.stem, "data": data}
                    | {key: value for key, value in (("study", expected.study), ("because", expected.claim)) if value}
                )
    return "[\n" + ",\n".join(json.dumps(claim, ensure_ascii=False) for claim in claims) + "\n]\n"


def manifest(judged: pd.DataFrame) -> str:
    """A manifest as CODECHECK has it: each file that a checker can make again, with the command that makes it.

    Parameters
    ----------
    judged : DataFrame
        Of :func:`layerwise.audit.audit`, whose seconds tell a checker what to expect.

    Returns
    -------
    str
        YAML, after https://codecheck.org.uk/spec/config/1.0.
    """
    files = []
    for path in sorted(RECORDS.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        rows = sum(len(table["rows"]) for table in record["tables"].values())
        how = f"{record['command']} --data {record['data_key']}; with --confirm a part; {rows} rows, {record['date']}"
        files.append({"file": f"code/layerwise/keep/record_files/{path.name}", "comment": how})
    longest = judged["seconds"].nlargest(5)
    seconds = ", ".join(f"{name} {value:.1f}" for name, value in longest.items())
    how = f"layerwise audit --export .; layerwise audit judges {len(judged)} claims in {judged['seconds'].sum():.0f} s"
    files.append({"file": "claims.json", "comment": f"{how}, most of them in {seconds}"})
    content = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": "Layerwise",
            "authors": [{"name": "The Layerwise authors"}],
            "reference": "https://github.com/layerwise-book/layerwise",
        },
        "manifest": [
            *files,
            {"file": "_build/html", "comment": "STRICT=1 make book; fails where a number leaves its bounds"},
        ],
    }
    return yaml.safe_dump(content, sort_keys=False, width=1000, allow_unicode=True)

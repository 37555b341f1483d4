"""How to cite: the entry is well formed, and says what the package, the README and the book's settings say."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
ENTRY = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SETTINGS = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


def test_the_entry_has_what_the_format_asks_for() -> None:
    assert ENTRY["cff-version"] == "1.2.0" and ENTRY["message"]
    assert ENTRY["type"] in ("software", "dataset")  # the book is its preferred citation
    for part in (ENTRY, ENTRY["preferred-citation"]):
        assert part["title"] and all(author["name"] for author in part["authors"])


def test_version_licence_author_and_address_are_those_of_the_project() -> None:
    preferred = ENTRY["preferred-citation"]
    assert ENTRY["version"] == preferred["version"] == PROJECT["version"]
    assert ENTRY["license"] == PROJECT["license"]
    assert ENTRY["authors"] == preferred["authors"] == PROJECT["authors"] == [{"name": SETTINGS["author"]}]
    address = SETTINGS["repository"]["url"]
    assert ENTRY["url"] == ENTRY["repository-code"] == preferred["url"] == address


def test_the_readme_cites_the_same() -> None:
    entry = (ROOT / "README.md").read_text(encoding="utf-8").partition("```bibtex")[2].partition("```")[0]
    fields = dict(re.findall(r"(\w+)\s*= \{+(.*?)\}+,", entry))
    preferred = ENTRY["preferred-citation"]
    assert fields == {
        "author": preferred["authors"][0]["name"],
        "title": preferred["title"],
        "year": str(preferred["year"]),
        "url": preferred["url"],
    }

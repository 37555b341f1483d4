"""The table of the audit as HTML, and files that a page carries."""

from base64 import b64decode

from bs4 import BeautifulSoup

from layerwise.audit.page import audit_table, download
from layerwise.audit.verdicts import audit


def test_every_claim_is_a_row_with_its_evidence() -> None:
    table = audit("mnist")
    page = BeautifulSoup(audit_table(table).data, "html.parser")
    rows = page.select("tbody tr")
    assert [row["id"] for row in rows] == [f"claim-{name}" for name in table.index]
    for row, (name, claim) in zip(rows, table.iterrows(), strict=True):
        cells = row.select("td")
        assert next(cells[1].strings) == claim["verdict"] == row["data-verdict"]
        assert (cells[1].small is not None) == (claim["cause"] != name)
        assert row.select_one("a")["href"].startswith(f"{claim['chapter']}.html")
        assert f"layerwise audit {name}" in cells[3].get_text()
    assert r"\(\delta^{(R)}" in page.select_one("#claim-output-delta .math").get_text()


def test_a_file_is_carried_whole() -> None:
    link = BeautifulSoup(download("a.json", "[∞]\n").data, "html.parser").select_one("a")
    assert link["download"] == "a.json" and b64decode(link["href"].partition(",")[2]).decode() == "[∞]\n"

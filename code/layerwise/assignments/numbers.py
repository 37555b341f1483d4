"""Numbers as people write them: those that the answer fields of the pages read, and commas between thousands."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

UNREAD = "not a number: write 0.25, 1/4, 25 % or 2.5e-1"
"""What is said of anything else."""

ONE = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d+)|\*10\^\(?([+-]?\d+)\)?)?", re.ASCII | re.IGNORECASE)
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?%?", re.ASCII)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def read_number(given: Any) -> float | None:
    """The number that was written: ``0.25``, ``"3/64"``, ``"73.6 %"`` or ``"6.1·10⁻⁷"``; None for anything else.

    A comma is read between thousands alone (``"7,437"``), never as a decimal point.
    """
    if isinstance(given, bool):
        return None
    written = _plain(str(given))
    if THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    parts = [ONE.fullmatch(part) for part in written.removesuffix("%").split("/")]
    if len(parts) > 2:
        return None
    numbers = []
    for part in parts:
        if part is None:
            return None
        sign, digits, short, long = part.groups()
        numbers.append(float(f"{sign}{digits}e{short or long or 0}"))
    if 0.0 in numbers[1:]:
        return None
    number = numbers[0] / (*numbers, 1.0)[1] / (100 if written.endswith("%") else 1)
    return number if isfinite(number) else None


def about_commas(given: Any) -> str:
    """What is to be said of the commas of a number that is not right; empty where it has none."""
    written = _plain(str(given))
    if re.fullmatch(r"[+-]?[\d,]*\d,\d[\d,]*(e[+-]?\d+)?%?", written, re.ASCII | re.IGNORECASE) is None:
        return ""
    if (number := read_number(given)) is not None:
        return f"read as {number:g}: write a point for decimals"
    return "write a point for decimals: " + written.replace(",", ".") if written.count(",") == 1 else UNREAD


def _plain(text: str) -> str:
    """Digits, without what people write around them."""
    text = re.sub(r"[\s\u00a0\u2009\u202f_]", "", text)
    text = re.sub("[−–]", "-", text)
    text = re.sub("[×·]", "*", text).replace("**", "^")
    text = re.sub("⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda raised: "^" + raised[0].translate(RAISED), text)
    return re.sub(r"^([+-]?)10\^", r"\g<1>1*10^", text)

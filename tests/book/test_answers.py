"""Answer fields that an author has written wrongly are reported by the build, with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from one_page import read

OPTIONS = ":label: How many\n:hint: Count.\n"


def field(kind: str, right: str, rest: str = OPTIONS) -> str:
    return f"# Page\n\n```{{{kind}}} {right}\n{rest}```\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (field("answer", "64", ":label: How many\n"), "a field needs :label:, what is asked for, and :hint:"),
        (field("answer", "layers"), "the chapter records no 'layers'"),
        (
            field("answer", "64", OPTIONS + "nearly 63\n"),
            "the content of a field is a list: - what",
        ),
        (
            field("answer", "64", OPTIONS + "- 63 | as $n$\n"),
            "what is said of an answer is plain text, without markup: as $n$",
        ),
        (field("choice", "3", OPTIONS + "\n- one\n- two\n"), "3 is 3, which is none of the answers"),
        (field("choice", "0", OPTIONS + "\n- one\n- two\n"), "0 is 0, which is none of the answers"),
    ],
)
def test_what_is_wrong_with_a_field_is_said(tmp_path: Path, text: str, wrong: str) -> None:
    _, warnings = read(text, tmp_path)
    assert wrong in warnings


@pytest.mark.parametrize("text", [field("answer", "64"), field("choice", "2", OPTIONS + "\n- one\n- $x^2$ | no.\n")])
def test_a_good_field_stands_on_the_page(tmp_path: Path, text: str) -> None:
    page, warnings = read(text, tmp_path)
    assert warnings == ""
    assert "How many" in page.astext() and 'class="answer"' in page.astext()

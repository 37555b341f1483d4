"""Answer fields in exercises: ``{answer}`` asks for a number, ``{choice}`` for one of several answers.

A field says at once whether an answer is right, nearly right, or not yet right. What is right is a number or text that
the chapter records (its name is the argument), or a given constant. It stands in the page as base64, so that nobody
reads it by accident; it is no secret. Where JavaScript is off there is no field, and the solution opens as ever.
"""

from __future__ import annotations

import ast
import base64
import json
import math
import re
from fractions import Fraction
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

Right = float | int | str | bool


class _Field(SphinxDirective):
    """What numbers and choices share: the frame of the field, and where the right answer comes from."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"label": directives.unchanged_required, "hint": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """The field; nothing where the chapter did not get as far as its answer."""
        if not {"label", "hint"} <= self.options.keys():
            raise self.error("a field needs :label:, what is asked for, and :hint:, for a wrong answer")
        self.number = self.env.new_serialno("answer") + 1
        try:
            asked, parts = self.asked(_decoded(self.options["label"]))
        except RetrievalError:
            if self.env.docname in self.config.unfinished_chapters:
                return []
            raise self.error(f"the chapter records no {self.arguments[0]!r}") from None
        except ValueError as error:
            raise self.error(str(error)) from None
        for words in (self.options["hint"], *(words for _, words in asked["nearly"])):
            if re.search(r"\$|\*\w|`", words):
                raise self.error(f"what is said of an answer is plain text, without markup: {words}")
        self.env.metadata[self.env.docname]["answers"] = True
        data = base64.b64encode(json.dumps({**asked, "hint": _decoded(self.options["hint"])}).encode()).decode()
        button = '<button type="submit">Check</button><p class="said" role="status"></p>'
        return [_raw(f'<form class="answer" data-answer="{data}" hidden>'), *parts, _raw(f"{button}</form>")]

    def asked(self, label: str) -> tuple[dict[str, Any], list[nodes.Node]]:
        """What the script has to know, and what the form shows."""
        raise NotImplementedError

    def right(self, text: str) -> Right:
        """What a name stands for in this chapter, or a constant: a whole or decimal number, or a fraction."""
        try:
            return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(Fraction(text))
        except ValueError:
            return recorded(self.state.document, text)

    def lines(self) -> list[tuple[str, str]]:
        """The content, a list: before and after the bar of each item."""
        items = [line for line in self.content if line.strip()]
        if not all(item.startswith("- ") for item in items):
            raise ValueError("the content of a field is a list: - what | what to say of it")
        parted = [item[2:].partition(" | ") for item in items]
        return [(what.strip(), words.strip()) for what, _, words in parted]

    def inline(self, text: str, before: str, after: str) -> nodes.paragraph:
        """Words with their formulas, between two pieces of HTML."""
        words, messages = self.parse_inline(text)
        return nodes.paragraph("", "", _raw(before), *words, _raw(after), *messages)


class Answer(_Field):
    """``{answer} name-of-a-record``, or of a constant.

    ``:tolerance:`` is relative, one per cent unless it is given; a whole number has to be met. With ``:named:``
    it is the name of a class, and no other is near it. The content lists answers that are nearly right, and what to say
    of each: ``- 64 | that brackets it from below``.
    """

    option_spec: ClassVar = {**_Field.option_spec, "tolerance": directives.unchanged_required, "named": directives.flag}

    def asked(self, label: str) -> tuple[dict[str, Any], list[nodes.Node]]:
        """A number."""
        right = self.right(self.arguments[0])
        if isinstance(right, str) or not math.isfinite(right):
            raise ValueError(f"expected a finite number, but {self.arguments[0]} is {right!r}")
        tolerance = float(Fraction(self.options.get("tolerance", "0" if isinstance(right, int) else "0.01")))
        nearly = [(self.right(what), words) for what, words in self.lines()]
        name = f"answer-{self.number}"
        box = f'</label> <input id="{name}" type="text" inputmode="text" autocomplete="off" spellcheck="false">'
        data = {"right": right, "whole": isinstance(right, int), "tolerance": tolerance, "nearly": nearly}
        data["named"] = "named" in self.options
        return data, [self.inline(label, f'<label for="{name}">', box)]


class Choice(_Field):
    """``{choice} name-of-a-record``: its text is one of the answers that the content lists, or its number, from 1.

    What follows a bar is said to a reader who chose this answer: ``- the sigmoid | its slope is at most a quarter``.
    """

    def asked(self, label: str) -> tuple[dict[str, Any], list[nodes.Node]]:
        """One of several."""
        choices = self.lines()
        right = self.right(self.arguments[0])
        texts = [what for what, _ in choices]
        place = texts.index(right) if right in texts else int(right) - 1 if str(right).isdigit() else -1
        if not 0 <= place < len(choices):
            raise ValueError(f"{self.arguments[0]} is {right!r}, which is none of the answers")
        rows = [
            self.inline(what, f'<label><input type="radio" name="answer-{self.number}" value="{i}"> ', "</label>")
            for i, (what, _) in enumerate(choices)
        ]
        legend = self.inline(label, "<legend>", "</legend>").children
        data = {"right": place, "choice": True, "nearly": [(i, words) for i, (_, words) in enumerate(choices) if words]}
        # The legend has to be the first in its fieldset, so no paragraph may stand around it.
        return data, [_raw("<fieldset>"), _Bare("", *legend), *rows, _raw("</fieldset>")]


class _Bare(nodes.container):
    """A container that writes nothing of its own."""


def recorded(document: nodes.document, name: str) -> Right:
    """What a chapter has recorded under a name, in full; the text of glue where it was glued otherwise."""
    found = retrieve_glue_data(document, name)
    value: Right = found.metadata.get("value", ast.literal_eval(found.data["text/plain"]))
    return value


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def _decoded(text: str) -> str:
    """An option as MyST hands it on: in quotation marks where it holds a colon."""
    return text[1:-1] if re.fullmatch(r'"[^"]*"', text) else text


def add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Let a page with fields load what judges them."""
    if app.env.metadata.get(page, {}).get("answers"):
        app.add_js_file("answers.js", loading_method="defer")
        app.add_css_file("answers.css")


def setup(app: Sphinx) -> None:
    """Register both fields with Sphinx."""
    app.add_directive("answer", Answer)
    app.add_directive("choice", Choice)
    app.add_node(_Bare, html=(lambda self, node: None, lambda self, node: None))
    app.connect("html-page-context", add_script)

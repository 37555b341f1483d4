"""Chapters as notebooks: which cells a Markdown source has, and on which line each starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from nbformat.v4 import new_notebook


@dataclass(frozen=True)
class CodeCell:
    """A code cell of a chapter.

    Attributes
    ----------
    number : int
        Counted from 1 among the chapter's code cells.
    line : int
        Line of the Markdown source, counted from 1, on which the cell's fence opens.
    node : NotebookNode
        The cell in the notebook.
    """

    number: int
    line: int
    node: NotebookNode

    @property
    def may_raise(self) -> bool:
        """Whether the chapter shows an exception on purpose."""
        return "raises-exception" in self.node.metadata.get("tags", [])


def read_chapter(path: Path) -> NotebookNode:
    """The notebook in a Markdown source; one without cells where the file has no notebook header, as plain prose.

    MyST-NB's own reader, so that the build, the executed copy and nbval agree on what a cell is.
    """
    text = path.read_text(encoding="utf-8")
    if not is_myst_markdown_notebook(text):
        return new_notebook(metadata={"source_map": []})
    syntax = MdParserConfig(enable_extensions={"colon_fence", "dollarmath", "amsmath"})
    return read_myst_markdown_notebook(text, config=syntax, add_source_map=True, path=path)


def code_cells(notebook: NotebookNode) -> list[CodeCell]:
    """The code cells of a notebook from :func:`read_chapter`, in order."""
    located = [
        (line, cell)
        for line, cell in zip(notebook.metadata["source_map"], notebook.cells, strict=True)
        if cell.cell_type == "code"
    ]
    return [CodeCell(number, line, cell) for number, (line, cell) in enumerate(located, start=1)]


def cell_timeout(project: Path) -> int:
    """Seconds that one cell may take, as the ``_config.yml`` of a project says."""
    return int(yaml.safe_load((project / "_config.yml").read_text(encoding="utf-8"))["execute"]["timeout"])

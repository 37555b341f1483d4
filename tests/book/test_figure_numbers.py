"""Below a figure stands a drop-down with its numbers; below a picture none."""

from __future__ import annotations

from pathlib import Path

import nbformat
from docutils import nodes
from nbformat.v4 import new_code_cell, new_notebook, new_output
from sphinx.application import Sphinx
from sphinx.util.console import nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils

from figure_examples import FIGURES, svg
from layerwise.figures.numbers import NumberedFigure


def cell_with(figure: NumberedFigure, **figure_settings: str) -> nbformat.NotebookNode:
    """A cell that has drawn the figure as a notebook keeps it."""
    output = new_output("execute_result", {"image/svg+xml": svg(figure), "text/plain": repr(figure)}, execution_count=1)
    metadata = {"mystnb": {"figure": figure_settings}} if figure_settings else {}
    return new_code_cell("figure", outputs=[output], execution_count=1, metadata=metadata)


def read(cells: list[nbformat.NotebookNode], folder: Path) -> nodes.document:
    source = folder / "book"
    source.mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), source / "index.ipynb")
    nocolor()
    with patch_docutils(), docutils_namespace():
        settings = {"extensions": ["myst_nb", "bookbuild.extension"], "nb_execution_mode": "off"}
        app = Sphinx(source, None, folder / "out", folder / "doctrees", "dummy", confoverrides=settings, status=None)
        app.build()
        return app.env.get_doctree("index")


def test_each_figure_has_its_numbers_below(tmp_path: Path) -> None:
    named = cell_with(FIGURES["run_accuracies"](), name="fig-runs", caption="Runs.")
    page = read([named, cell_with(FIGURES["digits"]()), cell_with(FIGURES["class_counts"]())], tmp_path)
    boxes = list(page.findall(nodes.admonition))
    assert ["dropdown" in box["classes"] for box in boxes] == [True, True]
    assert [box.children[0].astext() for box in boxes] == ["The numbers of this figure"] * 2
    above = [box.parent.children[box.parent.index(box) - 1] for box in boxes]
    assert isinstance(above[0], nodes.figure) and above[1].get("nb_element") == "mime_bundle"
    rows = [[entry.astext() for entry in row.children] for row in boxes[0].findall(nodes.row)]
    assert rows == [["seed", "b", "a"], ["0", "0.9", "0.5"], ["1", "0.7", "0.6"], ["2", "0.8", "0.4"]]

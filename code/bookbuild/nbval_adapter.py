"""Lets ``pytest --nbval book`` run the chapters, cell by cell, straight from their Markdown sources.

nbval collects ``.ipynb`` files only. The root ``conftest.py`` imports the two hooks from here; kernels, timeouts and
the tag ``raises-exception`` are nbval's own.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbval.kernel
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, find_metadata_tags

from bookbuild.chapters import CodeCell, cell_timeout, code_cells, read_chapter
from bookbuild.kernels import OwnKernelManager

nbval.kernel.KernelManager = OwnKernelManager  # nbval has no setting for it


def pytest_configure(config: pytest.Config) -> None:
    """Take the time limit for a cell from the book's settings, unless the command line gives one."""
    given = any(str(argument).startswith("--nbval-cell-timeout") for argument in config.invocation_params.args)
    if (config.rootpath / "_config.yml").is_file() and not given:
        config.option.nbval_cell_timeout = cell_timeout(config.rootpath)
    if config.option.nbval:
        os.environ["LAYERWISE_STRICT"] = "1"  # kernels inherit it: a number out of its bounds raises


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a Markdown file; one without code cells holds no tests."""
    if parent.config.option.nbval and file_path.suffix == ".md":
        return ChapterFile.from_parent(parent, path=file_path)
    return None


class ChapterFile(IPyNbFile):
    """A chapter; its kernel runs in the chapter's folder."""

    def collect(self) -> Iterator[ChapterCell]:
        """One test for each code cell."""
        self.nb = read_chapter(self.path)
        for cell in code_cells(self.nb):
            options = defaultdict(bool, find_metadata_tags(cell.node.metadata))
            yield ChapterCell.from_parent(
                self,
                name=f"cell {cell.number}, line {cell.line}",
                cell_num=cell.number,
                cell=cell.node,
                options=options,
                located=cell,
            )


class ChapterCell(IPyNbCell):
    """A code cell as a test."""

    def __init__(self, *arguments: Any, located: CodeCell, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.located = located

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where pytest says that the test is: file, line from 0, name."""
        return self.path, self.located.line - 1, f"{self.parent.nodeid}, {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """The report of a failure, which begins with chapter and line."""
        return f"{self.reportinfo()[2]}\n{super().repr_failure(excinfo)}"

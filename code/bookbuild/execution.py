"""Runs chapters, and keeps what they printed for as long as nothing that they can see has changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import MystMetadataParsingError
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from bookbuild.chapters import CodeCell, code_cells, read_chapter
from bookbuild.dependencies import needed_modules
from bookbuild.kernels import OwnAsyncKernelManager
from bookbuild.memory import PeakMemory
from layerwise import arithmetic

KEPT = "with its costs"
"""What is kept of a chapter: another word where that changes, so that nothing of an older form is taken."""


@dataclass(frozen=True)
class Failure:
    """Why the book cannot be built: in which chapter, in which cell and on which line where that is known."""

    chapter: str
    reason: str
    cell: int | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = self.chapter
        if self.line is not None:
            place += f", line {self.line}"
        if self.cell is not None:
            place += f", code cell {self.cell}"
        return f"{place}:\n" + "\n".join(f"    {line}" for line in self.reason.strip().splitlines())


def tell(failure: Failure) -> Failure:
    """Print a failure when it is found; the end of the build, which lists all of them, may be minutes away."""
    print(failure, file=sys.stderr, flush=True)
    return failure


@dataclass(frozen=True)
class Unexpected:
    """A number that is not as its chapter expects: the chapter, its name, what is wrong and what it is."""

    chapter: str
    name: str
    wrong: str
    got: str

    def __str__(self) -> str:
        return f"{self.chapter}, {self.name}: {self.wrong}, got {self.got}"


def fingerprint(project: Path, source: Path, notebook: NotebookNode, data: str) -> str:
    """Hash of everything that decides what a chapter's cells print; prose, captions included, is not part of it.

    Parameters
    ----------
    project : Path
        The folder that holds ``book/``, ``code/`` and ``requirements.txt``.
    source : Path
        The chapter.
    notebook : NotebookNode
        The chapter's cells.
    data : str
        Says which data the chapter would load.
    """
    digest = hashlib.sha256()
    cells = [(cell.node.source, cell.may_raise) for cell in code_cells(notebook)]
    computing = {name: os.environ.get(name) for name in arithmetic.defaults()}
    digest.update(json.dumps([KEPT, cells, notebook.metadata.get("kernelspec"), data, sys.version, computing]).encode())
    for path in [*_files_in_reach(project, notebook), project / "book" / "expectations" / f"{source.stem}.yml"]:
        content = path.read_bytes() if path.is_file() else b"missing"
        digest.update(json.dumps([str(path.relative_to(project)), len(content)]).encode() + content)
    return digest.hexdigest()[:16]


def _files_in_reach(project: Path, notebook: NotebookNode) -> list[Path]:
    """What a chapter can see: modules that it imports, the package's data, pins, and what lies beside the chapters."""
    package, book = project / "code" / "layerwise", project / "book"
    files = [path for path in package.rglob("*") if "__pycache__" not in path.parts and path.suffix != ".py"]
    files += _modules_in_reach(package, notebook)
    prose = {".md", ".bib"}
    files += [path for path in book.rglob("*") if path.suffix not in prose and path.parent.name != "expectations"]
    return sorted(path for path in [*files, project / "requirements.txt"] if path.is_file())


def _modules_in_reach(package: Path, notebook: NotebookNode) -> set[Path]:
    """The package's modules that the cells import, directly or not; all of them where a cell is not plain Python."""
    try:
        return needed_modules("\n".join(cell.node.source for cell in code_cells(notebook)), package)
    except SyntaxError:
        return set(package.rglob("*.py"))


class Executor:
    """Runs chapters, and keeps each with its outputs in a file that is named after the chapter and its fingerprint.

    Parameters
    ----------
    project : Path
        The folder that holds ``book/`` and ``code/``.
    folder : Path
        Where the executed chapters are kept.
    timeout : int
        Seconds that a cell may take.
    data : str
        Says which data the chapters would load.
    strict : bool
        Whether a number that is not as expected is an error: a kept chapter with such a number then runs again, and
        fails.
    """

    def __init__(self, project: Path, folder: Path, timeout: int, data: str, strict: bool) -> None:
        self.project, self.folder, self.timeout, self.data, self.strict = project, folder, timeout, data, strict
        self.failures: list[Failure] = []
        self.unexpected: list[Unexpected] = []
        self.executed: dict[Path, NotebookNode] = {}

    def run(self, source: Path) -> None:
        """Run a chapter unless its outputs are there already; adds to ``executed``, and to ``failures``."""
        name = source.relative_to(self.project).as_posix()
        try:
            notebook = read_chapter(source)
        except MystMetadataParsingError as error:
            self.failures.append(tell(Failure(name, str(error))))
            return
        if not code_cells(notebook):
            return
        kept = self._place(source, notebook)
        executed = nbformat.read(kept, as_version=4) if kept.is_file() else None
        if executed is not None and not (self.strict and unexpected(source.stem, executed)):
            take_outputs(notebook, executed)
        else:
            print(f"{name}: running", end="", flush=True)
            started, before = time.monotonic(), os.times()
            failures, peak = self._execute(name, source, notebook)
            seconds, after = time.monotonic() - started, os.times()
            # Of the kernel, which has ended; a wall says little on a machine that does other work too.
            processor = after.children_user + after.children_system - before.children_user - before.children_system
            outcome = "failed after" if failures else "took"
            print(f" {outcome} {seconds:.1f} s, {processor:.1f} s of processor time, {peak / 1e9:.2f} GB", flush=True)
            self.failures += [tell(failure) for failure in failures]
            notebook.metadata["costs"] = {"seconds": seconds, "processor": processor, "gigabytes": peak / 1e9}
            edited_meanwhile = kept != self._place(source, notebook)
            if not failures and not edited_meanwhile:
                self.folder.mkdir(parents=True, exist_ok=True)
                unfinished = kept.with_suffix(".unfinished")
                nbformat.write(notebook, unfinished)
                unfinished.rename(kept)
        self.executed[kept] = notebook
        self.unexpected += unexpected(source.stem, notebook)

    def _place(self, source: Path, notebook: NotebookNode) -> Path:
        """Where a chapter is kept, as it and everything that it can see are now."""
        return self.folder / f"{source.stem}-{fingerprint(self.project, source, notebook, self.data)}.ipynb"

    def fill(self, folder: Path) -> None:
        """Make the Jupyter cache from which MyST-NB takes the outputs."""
        cache = get_cache(str(folder))
        for path, notebook in self.executed.items():
            seconds = {"execution_seconds": notebook.metadata["costs"]["seconds"]}
            cache.cache_notebook_bundle(
                CacheBundleIn(notebook, str(path), data=seconds), check_validity=False, overwrite=True
            )

    def costs(self) -> list[tuple[str, float, float, float]]:
        """Each chapter that was run, its seconds, processor seconds and gigabytes at most."""
        run = {path.stem.rpartition("-")[0]: notebook.metadata["costs"] for path, notebook in self.executed.items()}
        return [(name, cost["seconds"], cost["processor"], cost["gigabytes"]) for name, cost in run.items()]

    def write_notebooks(self, folder: Path) -> None:
        """Write each chapter that was run, with its outputs, as a notebook to download."""
        for path, notebook in self.executed.items():
            nbformat.write(notebook, folder / path.with_stem(path.stem.rpartition("-")[0]).name)

    def clean(self) -> None:
        """Remove what was kept for chapters as they no longer are."""
        for path in self.folder.glob("*"):
            if path not in self.executed:
                path.unlink()

    def _execute(self, name: str, source: Path, notebook: NotebookNode) -> tuple[list[Failure], int]:
        """Run a chapter's cells in place, in its folder, up to the first that fails; also the peak memory in bytes."""
        begun: list[int] = []
        watched: list[PeakMemory] = []
        client: Any = NotebookClient(
            notebook,
            kernel_manager_class=OwnAsyncKernelManager,
            timeout=self.timeout,
            record_timing=False,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(source.parent)}},
            on_notebook_start=lambda notebook: watched.append(PeakMemory(client.km.provisioner.pid)),
            on_cell_start=lambda cell, cell_index: begun.append(cell_index),
        )
        cells = code_cells(notebook)
        failures = []
        try:
            client.execute()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            running = notebook.cells[begun[-1]]
            cell = next(cell for cell in cells if cell.node is running)
            failures = [Failure(name, _reason(error, cell, self.timeout), cell.number, cell.line)]
        for peak in watched:
            peak.stop()
        failures = failures or [
            Failure(name, f"wrote to standard error:\n{text}", cell.number, cell.line)
            for cell in cells
            if (text := _on_standard_error(cell))
        ]
        return failures, max((peak.bytes for peak in watched), default=0)


def take_outputs(notebook: NotebookNode, executed: NotebookNode) -> None:
    """Give a chapter the outputs of its executed copy, whose code cells are the same."""
    for cell, done in zip(code_cells(notebook), code_cells(executed), strict=True):
        cell.node.outputs, cell.node.execution_count = done.node.outputs, done.node.execution_count
    notebook.metadata["costs"] = executed.metadata["costs"]
    notebook.metadata["language_info"] = executed.metadata["language_info"]


def unexpected(chapter: str, notebook: NotebookNode) -> list[Unexpected]:
    """The numbers of an executed chapter that ``layerwise.keep.record`` found not to be as expected."""
    outputs = (output for cell in code_cells(notebook) for output in cell.node.outputs)
    notes = (output.get("metadata", {}).get("unexpected") for output in outputs)
    return [Unexpected(chapter, **note) for note in notes if note]


def _on_standard_error(cell: CodeCell) -> str:
    """Everything that a cell has written to standard error."""
    streams = (output for output in cell.node.outputs if output.output_type == "stream")
    return "".join(stream.text for stream in streams if stream.name == "stderr")


def _reason(error: Exception, cell: CodeCell, timeout: int) -> str:
    """What went wrong, without the notebook machinery around it."""
    if isinstance(error, CellExecutionError):
        # The first frame of the traceback is the cell's; IPython colours it.
        frame = re.search(r"Cell In\[\d+\], line (\d+)", re.sub(r"\x1b\[[\d;]*m", "", error.traceback))
        lines = cell.node.source.splitlines()
        at = f"\nline {frame[1]} of the cell: {lines[int(frame[1]) - 1].strip()}" if frame else ""
        return f"{error.ename}: {error.evalue}{at}"
    if isinstance(error, CellTimeoutError):
        return f"did not end within the limit of {timeout} seconds (execute: timeout in _config.yml)"
    return f"the kernel died (out of memory?): {error}"

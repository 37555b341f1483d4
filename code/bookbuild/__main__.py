"""``python -m bookbuild``: run the chapters that need it, then write every page anew.

Sphinx alone can write the pages too (``conf.py``), but it can succeed where it must not: its second build no longer
sees the warnings of the first, and MyST-NB's cache of outputs does not see the package that the chapters import.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from myst_nb.core.read import MystMetadataParsingError
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.console import nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx_external_toc.parsing import parse_toc_yaml

from bookbuild.chapters import cell_timeout
from bookbuild.execution import Executor, Failure, Unexpected, tell
from layerwise.keep.numbers_in_prose import strict


class Build:
    """One build of a book.

    Parameters
    ----------
    project : Path
        The folder that holds ``conf.py``, ``_config.yml``, ``_toc.yml``, ``book/`` and ``code/``.
    output : Path
        Where the pages go, into the folder ``html``, and what is kept between builds.
    """

    def __init__(self, project: Path, output: Path) -> None:
        self.project, self.output = project.resolve(), output.resolve()
        self.html = self.output / "html"
        # Pages are written here first, so that a failed build leaves nothing that looks like a finished book.
        self.unfinished = self.output / "unfinished"
        self.unexpected: list[Unexpected] = []

    def run(self, builder: str = "html") -> list[Failure]:
        """Build the book and return what stands in the way; the book is at ``self.html`` if that is nothing.

        Sphinx's builder ``"linkcheck"`` asks for each address that the pages name instead, and leaves the book alone.

        Numbers that are not as expected stand in no one's way unless the build is strict; they are in
        ``self.unexpected``.
        """
        for folder in (self.html, self.unfinished) if builder == "html" else (self.unfinished,):
            shutil.rmtree(folder, ignore_errors=True)
        executor = Executor(self.project, self.output / "executed", cell_timeout(self.project), data_in_use(), strict())
        for source in self.chapters():
            executor.run(source)
        self.unexpected = executor.unexpected
        cache = self.unfinished / "jupyter_cache"
        executor.fill(cache)
        failed = {failure.chapter for failure in executor.failures}
        warnings = Warnings(self.project, failed)
        self.write_pages(
            {
                "nb_execution_cache_path": str(cache),
                "chapter_costs": executor.costs(),
                "unfinished_chapters": [Path(name).stem for name in failed],
                "unexpected_numbers": [
                    (number.chapter, f"`{number.name}`: {number.wrong}, got {number.got}") for number in self.unexpected
                ],
            },
            warnings,
            builder,
        )
        failures = [*executor.failures, *warnings.failures]
        if not failures and builder == "html":
            executor.clean()
            # The theme's button offers this file; MyST-NB leaves it without the outputs that come from a cache.
            executor.write_notebooks(self.unfinished / "html" / "_sources")
            (self.unfinished / "html").rename(self.html)
            shutil.rmtree(self.unfinished)
        return failures

    def chapters(self) -> list[Path]:
        """The chapters that ``_toc.yml`` names, in reading order; Sphinx reports those that are missing."""
        names = (name.removesuffix(".md") for name in parse_toc_yaml(self.project / "_toc.yml"))
        sources = [self.project / "book" / f"{name}.md" for name in names]
        return [source for source in sources if source.is_file()]

    def write_pages(self, settings: dict[str, Any], warnings: Warnings, builder: str) -> None:
        """Run Sphinx without memory of an earlier run; ``settings`` join those of ``conf.py``."""
        nocolor()
        try:
            with patch_docutils(), docutils_namespace():
                app = Sphinx(
                    srcdir=self.project / "book",
                    confdir=self.project,
                    outdir=self.unfinished / builder,
                    doctreedir=self.unfinished / "doctrees",
                    buildername=builder,
                    confoverrides=settings,
                    freshenv=True,
                    status=None,
                    warning=warnings,
                )
                app.build()
        except SphinxError as error:
            warnings.failures.append(tell(Failure("the book", str(error))))
        except MystMetadataParsingError:
            pass  # told of when the chapter was to run


class Warnings(io.StringIO):
    """The stream that Sphinx writes its warnings to, one call a warning; each is a failure.

    Those of a chapter that has failed are left out: its page shows how far it came, and they may be no more than
    consequences.
    """

    FORM = re.compile(r"(?:(?P<place>[^:\n]+?)(?::(?P<line>\d+))?: )?(?P<reason>[A-Z]+: .*)", re.DOTALL)

    def __init__(self, project: Path, failed: set[str]) -> None:
        super().__init__()
        self.project, self.failed = project, failed
        self.failures: list[Failure] = []

    def write(self, text: str) -> int:
        """Take a warning."""
        if text.strip():
            text = text.strip().replace(f"{self.project}{os.sep}", "")
            found = self.FORM.fullmatch(text)
            place, line, reason = found.groups() if found else (None, None, text)
            if place not in self.failed:
                self.failures.append(tell(Failure(place or "the book", reason, line=int(line) if line else None)))
        return len(text)


def data_in_use() -> str:
    """Which digits the chapters will load, and from where: another answer makes them run again.

    Of SVHN's files, size and time are enough: reading or drawing house numbers would take longer than the build.
    """
    from layerwise.data.mnist import load_mnist
    from layerwise.data.svhn import svhn_files

    digits = load_mnist()
    files = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in svhn_files()]
    return f"{digits.source} {digits.sha256} {files}"


@contextlib.contextmanager
def _alone_in(output: Path) -> Iterator[None]:
    """Wait until no other build writes there; the system takes the lock from a build that is killed."""
    output.mkdir(parents=True, exist_ok=True)
    lock = FileLock(output / ".lock")
    try:
        held = lock.acquire(blocking=False)
    except Timeout:
        print(f"Another build writes into {output}; waiting until it has ended.", flush=True)
        held = lock.acquire()
    with held:
        yield


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bookbuild", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, default=Path("."), help="folder of conf.py, book/ and code/")
    parser.add_argument("--output", type=Path, help="folder for the pages (default: _build in the project's folder)")
    parser.add_argument(
        "--fail-unexpected",
        action="store_true",
        help="exit with 1 where a number is not as expected, though the book is built",
    )
    parser.add_argument(
        "--links", action="store_true", help="ask for each address that the pages name, instead of writing the pages"
    )
    options = parser.parse_args(arguments)
    # Chapters import the package beside them.
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(options.project.resolve() / "code"), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    build = Build(options.project, options.output or options.project / "_build")
    try:
        with _alone_in(build.output):
            failures = build.run("linkcheck" if options.links else "html")
    except OSError as error:
        print(f"\nThe book was not built: {error}", file=sys.stderr)
        return 1
    if build.unexpected:
        print("\nNot as expected, and marked in the pages:\n")
        for number in build.unexpected:
            print(number)
    if failures:
        print(
            f"\n{'Not every link leads somewhere' if options.links else 'The book was not built'}:\n", file=sys.stderr
        )
        for failure in failures:
            print(failure, file=sys.stderr)
        if build.unfinished.exists() and not options.links:
            print(f"\nThe unfinished pages are in {build.unfinished / 'html'}.", file=sys.stderr)
        return 1
    if options.links:
        print("\nEvery address that the pages name answers.")
        return 0
    page = build.html / "index.html"
    print(f"\nThe book is built: {page}\nOpen it in a browser: {page.as_uri()}")
    return 1 if build.unexpected and options.fail_unexpected else 0


if __name__ == "__main__":
    sys.exit(main())

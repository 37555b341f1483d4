"""The page of the package, made from its docstrings, and the links between it and the chapters.

``{package} derive`` describes all public names of a folder, each with the chapters that show it; the descriptions are
those of Sphinx's autodoc. In each chapter a box at the end links to the names that it shows. Which chapter shows what
is read from the cells.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext.autodoc.mock import mock
from sphinx.pycode import ModuleAnalyzer
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective
from sphinx_external_toc.parsing import parse_toc_yaml

from bookbuild.chapters import code_cells, read_chapter

PACKAGE = "layerwise"
PAGE = "api"
UNSEEN = {"remove-cell", "remove-input"}


def names_shown(sources: list[tuple[str, bool]]) -> set[str]:
    """The names of the package that a chapter's visible cells use, such as ``derive.Network``.

    Parameters
    ----------
    sources : list of (str, bool)
        The code of each cell, and whether a reader sees it.
    """
    cells = [(ast.parse(code), seen) for code, seen in sources]
    bound = {local: name for tree, _ in cells for local, name in _imported(tree)}
    found = set()
    for tree in (tree for tree, seen in cells if seen):
        found |= {name for _, name in _imported(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in bound:
                found.add(bound[node.id])
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in bound:
                found.add(f"{bound[node.value.id]}.{node.attr}")
    return {name for name in found if name.rpartition(".")[2] in public_names(name.rpartition(".")[0])}


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What a cell imports of the package: the name that it has in the cell, and in the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == PACKAGE:
            inside = str(node.module).removeprefix(PACKAGE).removeprefix(".")
            for alias in node.names:
                yield alias.asname or alias.name, f"{inside}.{alias.name}" if inside else alias.name


@cache
def public_names(folder: str) -> list[str]:
    """What a folder of the package hands out; nothing where it is no folder."""
    try:
        module = importlib.import_module(f"{PACKAGE}.{folder}") if folder else None
    except ModuleNotFoundError:
        module = None
    return list(getattr(module, "__all__", ()))


def read_chapters(app: Sphinx) -> None:
    """Find out which names of the package each chapter shows; those of the first page introduce nothing."""
    if "external_toc_path" not in app.config:
        return  # pages without an order
    toc = Path(app.config.external_toc_path)
    order = [name.removesuffix(".md") for name in parse_toc_yaml(toc)]
    shown = {}
    for chapter in order[1:]:
        path = Path(app.srcdir, f"{chapter}.md")
        cells = code_cells(read_chapter(path)) if PAGE in order and path.is_file() else []
        sources = [(cell.node.source, not UNSEEN & set(cell.node.metadata.get("tags", []))) for cell in cells]
        try:
            shown[chapter] = names_shown(sources)
        except SyntaxError:
            continue  # a cell of another language than plain Python
    app.config.names_shown = shown


class Package(SphinxDirective):
    """``{package} derive``: what the folder is for, and each of its public names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The descriptions, as autodoc writes them."""
        folder = self.arguments[0]
        module = importlib.import_module(f"{PACKAGE}.{folder}")
        lines = [f".. py:module:: {PACKAGE}.{folder}", "", *inspect.cleandoc(module.__doc__ or "").splitlines(), ""]
        with mock(self.config.autodoc_mock_imports):
            for name in public_names(folder):
                lines += [*self._head(folder, name), "", f"   {self._chapters(f'{folder}.{name}')}", ""]
        place = nodes.Element()
        # Pages are Markdown, docstrings are not.
        self.state.nested_parse(StringList(["```````{eval-rst}", *lines, "```````"]), self.content_offset, place)
        return place.children

    def _head(self, folder: str, name: str) -> list[str]:
        whole = f"{PACKAGE}.{folder}.{name}"
        kind = _kind(whole)
        if kind != "data":
            return [f".. auto{kind}:: {whole}"]
        return [f".. py:data:: {name}", "", *(f"   {line}" for line in described(folder).get(name, ()))]

    def _chapters(self, name: str) -> str:
        first, *others = [chapter for chapter, names in self.config.names_shown.items() if name in names] or [""]
        links = ", ".join(f":doc:`{chapter}`" for chapter in others)
        return f"Introduced in :doc:`{first}`{f'; also in {links}' if links else ''}." if first else ""


def _kind(whole: str) -> str:
    folder, _, name = whole.rpartition(".")
    value: Any = getattr(importlib.import_module(folder), name)
    if inspect.isclass(value):
        return "exception" if issubclass(value, BaseException) else "class"
    return "function" if inspect.isroutine(value) or inspect.isfunction(inspect.unwrap(value)) else "data"


@cache
def described(folder: str) -> dict[str, list[str]]:
    """What is written below the constants of a folder's modules, by name."""
    found: dict[str, list[str]] = {}
    package = Path(str(importlib.import_module(PACKAGE).__file__)).parent
    for path in sorted(package.joinpath(*folder.split(".")).glob("*.py")):
        analyzer = ModuleAnalyzer.for_file(str(path), f"{PACKAGE}.{folder}.{path.stem}")
        found |= {name: lines for (owner, name), lines in analyzer.find_attr_docs().items() if not owner}
    return found


class NamesOfTheChapter(SphinxTransform):
    """At the end of a chapter, links to what it shows of the package."""

    default_priority = 460  # after the reading time is counted

    def apply(self, **kwargs: Any) -> None:
        """Add a drop-down."""
        names = sorted(self.config.names_shown.get(self.env.docname, ()), key=lambda name: name.rpartition(".")[2])
        title = next(self.document.findall(nodes.title), None)
        if PAGE not in self.env.found_docs or not names or title is None:
            return
        line = nodes.paragraph()
        for name in names:
            link = addnodes.pending_xref(
                "", refdoc=self.env.docname, refdomain="py", reftype="obj", reftarget=f"{PACKAGE}.{name}", refwarn=True
            )
            link += nodes.literal("", name.rpartition(".")[2])
            line += [link, nodes.Text(", ")]
        line[-1] = nodes.Text(".")
        heading = nodes.title("", "What this chapter uses of the package")
        title.parent += nodes.admonition("", heading, line, classes=["dropdown"])


def link_inside(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Element
) -> nodes.Node | None:
    """Docstrings name modules in full: lead to the folder that hands out the name; what stays inside has no entry."""
    if node.get("reftype") == "class" and isinstance(content, nodes.emphasis):
        return content  # the type of a field, in words
    *inside, name = node["reftarget"].removeprefix(f"{PACKAGE}.").split(".")
    if node.get("refdomain") != "py" or not node["reftarget"].startswith(f"{PACKAGE}.") or not inside:
        return None
    if name in public_names(inside[0]):
        whole = f"{PACKAGE}.{inside[0]}.{name}"
        short = nodes.literal("", content.astext().rpartition(".")[2])
        return env.get_domain("py").resolve_xref(env, node["refdoc"], app.builder, "obj", whole, node, short)
    path = Path(str(importlib.import_module(PACKAGE).__file__)).parent.joinpath(*inside)
    plain = nodes.literal("", content.astext())
    if path.joinpath(name).with_suffix(".py").is_file():
        return plain
    analyzer = ModuleAnalyzer.for_file(str(path.with_suffix(".py")), node["reftarget"])
    analyzer.analyze()
    return plain if name in analyzer.tags else None


def skip_fields(app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what no author wrote: fields of named tuples, and the setters that Matplotlib makes for its figures."""
    written = str(getattr(member, "__doc__", ""))
    return True if written.startswith(("Alias for field number", "Set multiple properties at once")) else None

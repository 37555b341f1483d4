"""Which modules of a package some source needs: a chapter runs again when one of these has changed."""

import ast
from collections.abc import Iterator
from pathlib import Path


def needed_modules(source: str, package: Path) -> set[Path]:
    """The files of all modules of the package that a source imports, directly or not.

    The source is read, not run: an import inside a function counts too. What a folder's ``__init__`` hands on is
    looked for where it comes from, so that a chapter depends on what it uses of a folder and not on all of it.

    Parameters
    ----------
    source : str
        Python.
    package : path
        The package's folder; its name is the package's.

    Raises
    ------
    SyntaxError
        If the source is not Python.
    """
    waiting = list(_used(ast.parse(source), package))
    seen: set[tuple[str, str | None]] = set()
    found: set[Path] = set()
    while waiting:
        module, name = waiting.pop()
        path = _file_of(module, package)
        if path is None or (module, name) in seen:
            continue
        seen.add((module, name))
        above = module.rpartition(".")[0]
        if above:
            waiting.append((above, ""))  # it runs, and nothing is taken from it
        stub = path.with_suffix(".pyi")  # of a folder whose names load when they are asked for
        tree = ast.parse((stub if stub.is_file() else path).read_text(encoding="utf-8"))
        if stub.is_file() or _hands_on(path, tree):
            waiting += [(origin, part) for origin, part, bound in _bound(tree, module) if name in (None, bound)]
        elif path not in found:
            waiting += _used(tree, package)
        if name:
            waiting.append((f"{module}.{name}", None))  # which may be a module itself
        found.add(path)
    return found


def _used(tree: ast.Module, package: Path) -> Iterator[tuple[str, str | None]]:
    """The modules that a source uses, and what of each; None stands for all of it, "" for none."""
    for origin, part, bound in _bound(tree):
        module = origin if part is None else f"{origin}.{part}"
        path = _file_of(module, package)
        if path is None or path.name != "__init__.py":
            yield origin, part
            continue
        taken = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is(node.value, bound)]
        handed_around = sum(_is(node, bound) for node in ast.walk(tree)) > len(taken)
        yield module, None if handed_around else ""
        yield from ((module, node.attr) for node in taken)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _bound(tree: ast.Module, folder: str = "") -> Iterator[tuple[str, str | None, str]]:
    """Every import: the module, the name that is taken from it (None: the module itself), and what it is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None, alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = f"{folder}.{node.module}" if node.level else str(node.module)
            yield from ((origin, alias.name, alias.asname or alias.name) for alias in node.names)


def _hands_on(path: Path, tree: ast.Module) -> bool:
    """Whether a folder's ``__init__`` does nothing but import names and list them."""
    idle = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
    calls = any(isinstance(node, ast.Call) for node in ast.walk(tree))
    return path.name == "__init__.py" and all(isinstance(node, idle) for node in tree.body) and not calls


def _file_of(module: str, package: Path) -> Path | None:
    """The file of a module of the package, None for any other name."""
    top, *names = module.split(".")
    if top != package.name:
        return None
    path = package.joinpath(*names)
    candidates = [path / "__init__.py", *([path.with_suffix(".py")] if names else [])]
    return next((file for file in candidates if file.is_file()), None)

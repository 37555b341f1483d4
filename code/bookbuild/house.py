"""The house as it stands: ``python -m bookbuild.house`` draws which folder imports which, and how large each is.

With ``--write`` the drawing and the map in ``CONTRIBUTING.md`` are made anew.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CODE = Path(__file__).parents[1]
PAGE = CODE.parent / "CONTRIBUTING.md"


@dataclass(frozen=True)
class Room:
    """A folder of the package, or a module that stands in none.

    Attributes
    ----------
    name : str
        ``"data"`` for ``layerwise/data/``, ``"arithmetic.py"`` for a module, ``"bookbuild"`` for the other package.
    sentence : str
        What lives there: the first sentence of its docstring.
    lines, statements : int
        Of all Python in it.
    imports : tuple of str
        The rooms that it imports something of.
    """

    name: str
    sentence: str
    lines: int
    statements: int
    imports: tuple[str, ...]


def rooms(code: Path = CODE) -> list[Room]:
    """All rooms of the packages ``layerwise`` and ``bookbuild`` below ``code``, those first that import the fewest."""
    places = [path for path in (code / "layerwise").iterdir() if path.name != "__init__.py"]
    found = [path for path in places if path.suffix == ".py" or (path / "__init__.py").is_file()]
    names = [path.name for path in found] + ["bookbuild"]
    drawn = [_room(path, names) for path in (*found, code / "bookbuild")]
    return sorted(drawn, key=lambda room: (len(_reached(room, drawn)), room.name))


def drawing(house: Sequence[Room]) -> str:
    """The house as a Mermaid graph, which GitHub draws: an arrow points to what is imported."""
    lines = ["graph TD"]
    lines += [
        f'  {_node(room.name)}["{room.name}<br>{room.lines:,} lines, {room.statements:,} statements"]' for room in house
    ]
    lines += [f"  {_node(room.name)} --> {_node(other)}" for room in house for other in room.imports]
    return "\n".join(lines)


def table(house: Sequence[Room]) -> str:
    """A map of the house: one sentence a room."""
    return "\n".join(["| room | what lives there |", "|---|---|", *(f"| `{r.name}` | {r.sentence} |" for r in house)])


def rewritten(page: str, house: Sequence[Room]) -> str:
    """A page with the map and the drawing between its marks ``<!-- map -->`` and ``<!-- drawing -->``."""
    for mark, text in (("map", table(house)), ("drawing", f"```mermaid\n{drawing(house)}\n```")):
        # A function, since a replacement text would have its backslashes read.
        page = re.sub(
            f"(<!-- {mark} -->\n).*?(<!-- end of the {mark} -->)",
            lambda found, text=text: f"{found[1]}{text}\n{found[2]}",  # type: ignore[misc]
            page,
            flags=re.DOTALL,
        )
    return page


def _room(path: Path, names: Sequence[str]) -> Room:
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    sources = [file.read_text(encoding="utf-8") for file in files]
    trees = [ast.parse(source) for source in sources]
    head = trees[0]  # of a folder its __init__.py, which no name of ours comes before
    imported = {name for tree in trees for name in _imported(tree)}
    return Room(
        path.name,
        _first_sentence(ast.get_docstring(head) or ""),
        sum(len(source.splitlines()) for source in sources),
        sum(isinstance(node, ast.stmt) for tree in trees for node in ast.walk(tree)),
        tuple(name for name in sorted(names) if name != path.name and name.removesuffix(".py") in imported),
    )


def _imported(tree: ast.Module) -> Iterator[str]:
    """The rooms that a source imports, anywhere in it, without ``.py``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for package, *inside in (module.split(".") for module in modules):
            if package == "layerwise" and inside:
                yield inside[0]
            elif package == "bookbuild":
                yield package


def _reached(room: Room, house: Sequence[Room]) -> set[str]:
    """All rooms that a room imports, directly or not."""
    found: set[str] = set()
    waiting = list(room.imports)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += next(other.imports for other in house if other.name == name)
    return found


def _first_sentence(docstring: str) -> str:
    """The first sentence, on one line, as Markdown writes code."""
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s+(?=[A-Z])", paragraph)[0].replace("``", "`")


def _node(name: str) -> str:
    """A name that Mermaid takes: ``end`` and what begins with an underscore would be read otherwise."""
    return "room_" + re.sub(r"\W", "_", name).strip("_")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the map and the drawing, or write them."""
    parser = argparse.ArgumentParser(prog="python -m bookbuild.house", description="Draw which folder imports which.")
    parser.add_argument("--write", action="store_true", help=f"write both into {PAGE.name}")
    options = parser.parse_args(arguments)
    house = rooms()
    if options.write:
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), house), encoding="utf-8")
    else:
        print(f"{table(house)}\n\n{drawing(house)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

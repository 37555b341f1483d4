"""Which packages the environment of tomorrow takes anew; the build in it is `make future`."""

from pathlib import Path

from bookbuild.future import names, to_install

ROOT = Path(__file__).resolve().parents[2]


def test_pages_are_built_by_the_newest_and_all_else_is_pinned() -> None:
    newest, rest = to_install(ROOT, pinned=True)
    assert {"sphinx", "myst-nb", "sphinx-book-theme", "sphinx-exercise"} <= set(newest)
    assert not [requirement for requirement in newest if requirement != requirement.lower() or "=" in requirement]
    assert not names(rest) & set(newest)
    pins = names((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines())
    held_back = {"docutils", "myst-parser", "pydata-sphinx-theme", "pygments"}
    assert pins - names(rest) - set(newest) == held_back


def test_what_is_not_released_may_pass_the_bounds_of_the_package() -> None:
    _, rest = to_install(ROOT, pinned=False)
    assert "numpy>=2.2" in rest
    assert any(line.startswith("tensorflow-cpu>=") and "; sys_platform" in line for line in rest)
    assert not [line for line in rest if "<" in line.partition(";")[0]]


def test_a_requirement_is_named_without_its_version() -> None:
    lines = ["numpy>=2", "Sphinx_Book-Theme==1.1 ; python_version < '4'", "    # via numpy", "# a comment", ""]
    assert names(lines) == {"numpy", "sphinx-book-theme"}

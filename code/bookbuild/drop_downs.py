"""Drop-downs that hold cells: ``{dropdown-start} What it holds``, prose and cells, ``{dropdown-end}``.

MyST-NB runs a cell only where it stands on the page itself, so a box around cells is drawn between two marks.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


class start_of_drop_down(nodes.Element):
    """Where a drop-down begins; holds its title."""


class end_of_drop_down(nodes.Element):
    """Where it ends."""


class DropDownStart(SphinxDirective):
    """``{dropdown-start}``."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """A mark with the title."""
        title, messages = self.parse_inline(self.arguments[0])
        mark = start_of_drop_down("", *title)
        self.set_source_info(mark)
        return [mark, *messages]


class DropDownEnd(SphinxDirective):
    """``{dropdown-end}``."""

    def run(self) -> list[nodes.Node]:
        """A mark."""
        mark = end_of_drop_down()
        self.set_source_info(mark)
        return [mark]


class PutTogether(SphinxTransform):
    """Move what stands between two marks into one box, which sphinx-togglebutton folds."""

    default_priority = 300

    def apply(self, **kwargs: Any) -> None:
        """Make the boxes, and warn of a mark that has no other."""
        for start in list(self.document.findall(start_of_drop_down)):
            siblings = start.parent.children[start.parent.index(start) + 1 :]
            count = next((i for i, node in enumerate(siblings) if isinstance(node, end_of_drop_down)), None)
            if count is None:
                logger.warning("this drop-down has no {dropdown-end} in its section", location=start)
                continue
            for node in siblings[: count + 1]:
                start.parent.remove(node)
            title = nodes.title("", "", *start.children)
            start.replace_self(nodes.admonition("", title, *siblings[:count], classes=["dropdown"]))
        for mark in list(self.document.findall(lambda node: isinstance(node, (start_of_drop_down, end_of_drop_down)))):
            if isinstance(mark, end_of_drop_down):
                logger.warning("this {dropdown-end} has no {dropdown-start} in its section", location=mark)
            mark.parent.remove(mark)

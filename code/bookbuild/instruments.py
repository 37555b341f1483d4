"""Instruments that run in the reader's browser: the directive that puts one on a page, and the digits that it needs.

A page without an instrument loads nothing of them. Scripts are classic ones, and data come as scripts: a page that is
opened from a folder may load nothing else.
"""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from layerwise.data.mnist import load_mnist_5000

WEB = Path(__file__).parents[2] / "web"
DIGITS = "laboratory/digits-data.js"


def _scripts(folder: str, names: str) -> list[str]:
    return [f"{folder}/{name}.js" for name in names.split()]


#: In the order in which a page loads them.
ENGINE = _scripts(
    "engine",
    "parts elementary random activations products assembler kernel network checks sizes mean_field singular_values",
)
#: The scripts of each instrument, by its name.
INSTRUMENTS = {
    "gradient-laboratory": [
        *ENGINE,
        *_scripts("laboratory", "work state sentences charts elements view laboratory"),
        DIGITS,
    ]
}
TRAINING, TEST = 2048, 512


class Instrument(SphinxDirective):
    """``{instrument} gradient-laboratory``: the instrument.

    Until its script has started, or where JavaScript is off, a still picture of it stands there, and the content.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """A container that the instrument's script fills."""
        name = self.arguments[0]
        if name not in INSTRUMENTS:
            raise self.error(f"there is no instrument {name!r}; expected one of {', '.join(INSTRUMENTS)}")
        self.env.metadata[self.env.docname]["instrument"] = name
        container = nodes.container(ids=[name], classes=["instrument"])
        container += nodes.raw("", (WEB / "laboratory" / "still.html").read_text(encoding="utf-8"), format="html")
        self.state.nested_parse(self.content, self.content_offset, container)
        return [container]


class State(ReferenceRole):
    """``{state}`words <f=relu&depth=40>```: a link that sets the instrument of this page to a state."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The link."""
        name = self.env.metadata[self.env.docname].get("instrument", "gradient-laboratory")
        return [nodes.reference("", self.title, refuri=f"#{name}?{self.target}", internal=True)], []


def add_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Let a page load what its instrument needs."""
    name = app.env.metadata.get(page, {}).get("instrument")
    if name is not None:
        for script in INSTRUMENTS[name]:
            app.add_js_file(script, loading_method="defer")
        app.add_css_file("laboratory/laboratory.css")


def write_digits(path: Path) -> None:
    """Real digits of the embedded default as a script: 2,048 for training and then 512 of its test digits."""
    digits = load_mnist_5000()
    images = digits.x_train[:TRAINING].tobytes() + digits.x_test[:TEST].tobytes()
    data = {
        "deflated": base64.b64encode(zlib.compress(images, 9)).decode(),
        "labels": "".join(map(str, [*digits.y_train[:TRAINING], *digits.y_test[:TEST]])),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"Layerwise.digits = {json.dumps(data)};\n", encoding="utf-8")

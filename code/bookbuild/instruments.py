"""Instruments that run in the reader's browser: the directive that puts one on a page, and the digits that it needs.

A page without an instrument loads nothing of them. Scripts are classic ones, and data come as scripts: a page that is
opened from a folder may load nothing else.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from html import escape
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from bookbuild.reader_weights import WEIGHTS, write_weights
from layerwise.data.mnist import load_mnist_5000

WEB = Path(__file__).parents[2] / "web"
DIGITS = "laboratory/digits-data.js"


def _scripts(folder: str, names: str) -> list[str]:
    return [f"{folder}/{name}.js" for name in names.split()]


#: In the order in which a page loads them.
ENGINE = _scripts(
    "engine",
    "parts elementary random activations products assembler kernel network checks sizes mean_field singular_values"
    " training",
)
#: What reads a drawing; `parts` and `elementary` of the engine come before.
SEE = _scripts("see", "pictures ink pieces network_input photo weights forward no_digit answers")
#: What all instruments share.
SHARED = _scripts("instrument", "words state elements page")
#: The scripts of each instrument, by its name; a style sheet has the name of its folder.
INSTRUMENTS = {
    "gradient-laboratory": [
        *ENGINE,
        *SHARED,
        *_scripts("instrument", "marks charts digits"),
        *_scripts("laboratory", "work state sentences view laboratory"),
        DIGITS,
    ],
    "activation-bench": [
        *_scripts("engine", "parts elementary activations mean_field fixed_points"),
        *SHARED,
        *_scripts("instrument", "marks"),
        *_scripts("bench", "state sentences charts view bench"),
    ],
    "draw-a-digit": [
        *ENGINE[:2],
        *SHARED,
        *SEE,
        WEIGHTS,
        *_scripts("drawing", "strokes bars state sentences inside paper view drawing"),
    ],
    "two-passes": [
        *_scripts(
            "engine", "parts elementary random activations products assembler kernel network sizes mean_field training"
        ),
        *SHARED,
        *_scripts("instrument", "digits"),
        *_scripts("see", "pictures ink"),
        DIGITS,
        *_scripts("drawing", "strokes bars paper"),
        *_scripts("passes", "state compute sentences view passes"),
    ],
}
#: What a photo needs and a drawing does not: the page loads it when a photo is chosen.
PHOTO = _scripts("see", "picture_files sheet lines photograph")
TRAINING, TEST = 2048, 512


class Instrument(SphinxDirective):
    """``{instrument} gradient-laboratory``: the instrument, in the state that ``:state: f=relu&depth=40`` gives.

    ``:small:`` leaves out what a copy in another chapter does not need.

    Until its script has started, or where JavaScript is off, a still picture of that state stands there, and the
    content.
    """

    required_arguments = 1
    option_spec: ClassVar = {"state": directives.unchanged, "small": directives.flag}
    has_content = True

    def run(self) -> list[nodes.Node]:
        """An element that the instrument's script fills."""
        name, state = self.arguments[0], self.options.get("state", "")
        if name not in INSTRUMENTS:
            raise self.error(f"there is no instrument {name!r}; expected one of {', '.join(INSTRUMENTS)}")
        self.env.metadata[self.env.docname].setdefault("instruments", []).append(name)
        still = still_picture(name, state).read_text(encoding="utf-8")
        activation = parse_qs(state).get("f", [""])[0]
        look = "instrument small" if "small" in self.options else "instrument"
        told = f'role="region" aria-label="Instrument: {name.replace("-", " ")}"'
        opened = f'<div class="{look}" id="{name}" {told} data-state="{escape(state)}" data-activation="{activation}">'
        content = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, content)
        return [
            nodes.raw("", f"{opened}\n{still}", format="html"),
            *content.children,
            nodes.raw("", "</div>", format="html"),
        ]


def still_picture(name: str, state: str) -> Path:
    """Where the still picture of an instrument in a state is; the tests draw it again."""
    return WEB / "stills" / (re.sub(r"[^\w.]+", "-", f"{name} {state}").strip("-") + ".html")


class State(ReferenceRole):
    """``{state}`words <#gradient-laboratory?f=relu>```: a link that sets an instrument of this page to a state.

    ``<activations#activation-bench?x=2>`` sets one of another page.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The link."""
        page, _, state = self.target.partition("#")
        return [nodes.reference("", self.title, refuri=f"{page and page + '.html'}#{state}", internal=True)], []


def add_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Let a page load what its instruments need, once."""
    scripts = dict.fromkeys(script for name in instruments_of(app, page) for script in INSTRUMENTS[name])
    for script in scripts:
        app.add_js_file(script, loading_method="defer")
    for folder in dict.fromkeys(Path(script).parent.name for script in scripts):
        if (WEB / folder / f"{folder}.css").exists():
            app.add_css_file(f"{folder}/{folder}.css")


def instruments_of(app: Sphinx, page: str) -> list[str]:
    """The names of a page's instruments."""
    return app.env.metadata.get(page, {}).get("instruments", [])


def write_data(app: Sphinx) -> None:
    """The data that come with the instruments of all pages, as scripts."""
    used = {script for page in app.env.metadata for name in instruments_of(app, page) for script in INSTRUMENTS[name]}
    for script, write in DATA.items():
        if script in used:
            path = Path(app.outdir, "_static", script)
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)


def write_digits(path: Path) -> None:
    """Real digits of the embedded default as a script: 2,048 for training and then 512 of its test digits."""
    digits = load_mnist_5000()
    images = digits.x_train[:TRAINING].tobytes() + digits.x_test[:TEST].tobytes()
    data = {
        "deflated": base64.b64encode(zlib.compress(images, 9)).decode(),
        "labels": "".join(map(str, [*digits.y_train[:TRAINING], *digits.y_test[:TEST]])),
    }
    path.write_text(f"Layerwise.digits = {json.dumps(data)};\n", encoding="utf-8")


#: Scripts that a build makes, and how.
DATA = {DIGITS: write_digits, WEIGHTS: write_weights}

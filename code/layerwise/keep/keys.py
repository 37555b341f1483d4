"""From what a result was made: the key under which it is kept and found again.

The key is a hash of the method and its version number, of the settings, of the data and of how the machine rounds. The
source of the method is no part of it: whoever changes the *results* of a method raises its number in `METHODS`
(``tests/keep/test_methods.py`` runs a part of each and fails where the number was forgotten), and whoever changes its
words changes nothing.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs

PACKAGE = Path(__file__).parents[1]
"""The folder of the package."""


METHODS = {
    "sweep": 2,  # training of the perceptrons, and what is measured of them
    "depth": 1,  # gradients, remedies, wide networks
    "cnn_training": 1,  # training of the networks that read house numbers, with the ones that are drawn for them
    "pen_digits": 1,  # the pen digits that some of them learn from
    "cnn": 1,  # what is measured of these networks
    "transfer": 3,  # handwriting shown to them
}
"""The methods whose results are kept, and their versions. Raise a number when results change: what was kept under the
old one is then not found any more, and its records are stale."""

INDIFFERENT = {"sweep": {"TensorFlow", "convolutions"}}
"""The parts of :func:`layerwise.arithmetic.fingerprint` that have no part in a method's results: large products and
convolutions, which round as the processor likes. All others decide."""


def result_key(
    methods: tuple[str, ...], settings: Mapping[str, Any], data_sha256: str, computed_on: Mapping[str, Any]
) -> str:
    """The key of a result, 64 hexadecimal digits.

    Parameters
    ----------
    methods : tuple of str
        Of `METHODS`: all that have a part in the result.
    settings : mapping
        What the result was asked for, as JSON can write it.
    data_sha256 : str
        Hash of the data, see :attr:`layerwise.data.digits.Digits.sha256`.
    computed_on : mapping
        How the machine rounds, see :func:`layerwise.keep.machine.arithmetic_of`.
    """
    content = [{method: METHODS[method] for method in methods}, dict(settings), data_sha256, dict(computed_on)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def results_folder() -> Path:
    """Where results are kept: ``LAYERWISE_RESULTS``, else ``.results`` in the checkout, else the user's cache."""
    named = os.environ.get("LAYERWISE_RESULTS")
    if named:
        return Path(named).expanduser()
    project = PACKAGE.parents[1]
    if (project / "pyproject.toml").is_file():
        return project / ".results"
    return Path(platformdirs.user_cache_dir("layerwise")) / "results"

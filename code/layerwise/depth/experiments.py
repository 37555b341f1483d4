"""What the book's chapters run, by name: data that stand in ``experiments.toml`` and need no TensorFlow to be read."""

import tomllib
from pathlib import Path
from typing import Any

EXPERIMENTS: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("experiments.toml").read_text(encoding="utf-8")
)
"""By name, the arguments of :func:`layerwise.depth.sweeps.sweep`: ``sweep(**EXPERIMENTS["grid"])``."""

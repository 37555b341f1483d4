"""Builds and tests the book: every chapter run, every page self-contained, every failure an error.

``python -m bookbuild`` is the build, :mod:`bookbuild.nbval_adapter` runs the same chapters as tests. Chapters import
``layerwise`` and never this package.
"""

import layerwise  # noqa: F401  says how this process and the kernels that it starts compute, before NumPy loads

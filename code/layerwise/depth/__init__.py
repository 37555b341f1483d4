"""Depth: the report's perceptrons at every depth, their gradients layer by layer, and the theory that predicts them.

Serves the chapters ``activation_and_depth``, ``vanishing_gradients`` and ``lecun_tanh``.

What it hands out is listed in ``__init__.pyi`` and loads when it is asked for: TensorFlow takes seconds.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

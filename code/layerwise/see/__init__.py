"""Seeing: networks that read house numbers and handwriting, what their filters look at, any photo as their input.

Serves the chapters ``svhn_cnn``, ``filters`` and ``your_digit``.

What it hands out is listed in ``__init__.pyi`` and loads when it is asked for: TensorFlow takes seconds.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

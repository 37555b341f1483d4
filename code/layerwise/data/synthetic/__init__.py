"""Digits that a program draws: house numbers, pen digits, photographed pages.

Serves the chapters ``data``, ``svhn_cnn`` and ``your_digit``. Nobody's picture goes in; the ranges from which they are
drawn were chosen by eye and by general knowledge.
"""

from layerwise.data.synthetic.paper import draw, pages
from layerwise.data.synthetic.pens import pen_digits
from layerwise.data.synthetic.plates import house_numbers

__all__ = ["draw", "house_numbers", "pages", "pen_digits"]

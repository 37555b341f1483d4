"""Layerwise: the package that the book imports."""

from layerwise import arithmetic

arithmetic.use()

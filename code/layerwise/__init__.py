"""Layerwise: the package that the book imports."""

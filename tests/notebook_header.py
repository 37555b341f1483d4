"""The head of a chapter that is a notebook, for tests that write chapters of their own."""

HEADER = """\
---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---
"""

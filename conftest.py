"""Lets ``pytest --nbval book`` run the chapters from their Markdown sources."""

from bookbuild.nbval_adapter import pytest_collect_file, pytest_configure

__all__ = ["pytest_collect_file", "pytest_configure"]

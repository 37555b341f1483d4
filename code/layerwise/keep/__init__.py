"""Keeping: numbers for prose and what is expected of them, results and records on disk, files written whole.

Serves every chapter; knows no digits, no networks and no figures.
"""

from layerwise.keep.machine import compared_with_records, processor, this_arithmetic
from layerwise.keep.numbers_in_prose import ExpectationError, begin, record, scientific, when
from layerwise.keep.records import Record, load_record

__all__ = [
    "ExpectationError",
    "Record",
    "begin",
    "compared_with_records",
    "load_record",
    "processor",
    "record",
    "scientific",
    "this_arithmetic",
    "when",
]

"""A reader's own formula for the size of a convolution's output, compared and its bug named (chapter ``svhn_cnn``)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

SizeFunction = Callable[[int, int, int, int], int]
"""From size, kernel, stride and padding, the zeros on either side, to the number of places."""

KNOWN: dict[str, SizeFunction] = {
    "there is one place more than there are steps: + 1 is missing": lambda n, k, s, p: (n + 2 * p - k) // s,
    "padding is on both sides": lambda n, k, s, p: (n + p - k) // s + 1,
    "padding is left out": lambda n, k, s, p: (n - k) // s + 1,
    "the stride is left out": lambda n, k, s, p: n + 2 * p - k + 1,
    "it rounds up: the last window has to fit": lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1,
    "the kernel's width is left out": lambda n, k, s, p: (n + 2 * p) // s,
    "the stride divides the 1 as well": lambda n, k, s, p: (n + 2 * p - k + 1) // s,
}


def places(size: int, kernel: int, stride: int, padding: int) -> int:
    """How many windows there are, counted one by one."""
    return len(range(-padding, size + padding - kernel + 1, stride))


def check_output_size(function: SizeFunction) -> bool:
    """Compare ``function(size, kernel, stride, padding)`` with a count of windows, and name the likely bug.

    Returns
    -------
    bool
        Whether all cases agree. What is wrong is printed.
    """
    cases = list(product((7, 8, 32), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2)))
    wrong = [case for case in cases if function(*case) != places(*case)]
    if not wrong:
        print(f"Right, in {len(cases)} cases.")
        return True
    size, kernel, stride, padding = wrong[0]
    bugs = [words for words, known in KNOWN.items() if all(function(*case) == known(*case) for case in cases)]
    print(
        f"Not right in {len(wrong)} of {len(cases)} cases"
        + (f": {bugs[0]}." if bugs else ".")
        + f"\nSize {size}, kernel {kernel}, stride {stride}, padding {padding}: "
        f"yours {function(*wrong[0])}, counted {places(*wrong[0])}."
    )
    return False

"""What trained networks answered, on cases worked on paper."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layerwise.keep.records import Record
from layerwise.see import evaluation


def recorded(tables: dict[str, pd.DataFrame], name: str = "", sha256: str = "") -> Record:
    return Record(name, "svhn_sample", sha256, {}, "", "", None, {}, {}, "", tables)


def record(answers: Any, *, labels: Any, photo: Any = None, sha256: str = "0" * 64, name: str = "a") -> Record:
    """A record of what runs answered, one column a seed."""
    table = pd.DataFrame({"photo": -1 if photo is None else photo, "label": labels})
    for seed, column in enumerate(np.transpose(answers)):
        table[f"answer_{seed}"] = column
        table[f"confidence_{seed}"] = 1.0
    return recorded({"runs": pd.DataFrame(), "answers": table}, name, sha256)


def test_accuracies() -> None:
    runs = pd.DataFrame(
        {"variant": ["b", "b", "b", "a", "a", "a"], "seed": [0, 1, 2] * 2, "accuracy": [0.5, 0.9, 0.6, 0.1, 0.3, 0.2]}
    )
    found = evaluation.accuracy_by_seed(recorded({"runs": runs}))
    assert list(found.index) == ["b", "a"]
    assert list(found["median"]) == [0.6, 0.2]
    assert list(found[1]) == [0.9, 0.3]


def test_paired_difference_on_a_case_worked_on_paper() -> None:
    labels = [1, 2, 3, 4]
    better = record([[1, 1], [2, 2], [3, 0], [0, 4]], labels=labels)  # 3 of 4 right, from either seed
    worse = record([[1, 0], [2, 0], [0, 0], [0, 4]], labels=labels)  # 2 of 4, 1 of 4
    found = evaluation.paired_difference(better, worse)
    assert found.each == (0.25, 0.5)
    assert found.mean == 0.375
    assert found.low <= found.mean <= found.high


def test_paired_difference_is_as_wide_as_statistics_says() -> None:
    # One seed, one digit a photograph: the mean of n independent differences, whose standard error is known.
    rng = np.random.default_rng(0)
    gained = rng.choice([0, 1], 1000, p=[0.9, 0.1])
    labels = np.ones(1000, int)
    found = evaluation.paired_difference(
        record(labels[:, None], labels=labels), record((1 - gained)[:, None], labels=labels), draws=4000
    )
    half = 1.96 * gained.std() / math.sqrt(1000)
    assert (found.low, found.high) == pytest.approx((gained.mean() - half, gained.mean() + half), abs=0.002)


def test_photographs_are_drawn_whole() -> None:
    # Copies of one digit in each photograph say no more than one of them.
    rng = np.random.default_rng(0)
    gained = rng.integers(0, 2, 50)
    once, copies = gained, np.repeat(gained, 20)
    widths = []
    for wrong, photo in ((once, np.arange(50)), (copies, np.repeat(np.arange(50), 20))):
        labels = np.ones(len(wrong), int)
        found = evaluation.paired_difference(
            record(labels[:, None], labels=labels, photo=photo),
            record((1 - wrong)[:, None], labels=labels, photo=photo),
            draws=4000,
        )
        widths.append(found.high - found.low)
    assert widths[0] == pytest.approx(widths[1], rel=0.1)


def test_records_of_other_digits_are_not_paired() -> None:
    first = record([[1]], labels=[1])
    for second in (record([[1]], labels=[1], sha256="1" * 64), record([[1, 1]], labels=[1])):
        with pytest.raises(ValueError, match="expected the same test digits and seeds"):
            evaluation.paired_difference(first, second)


def test_calibration_on_a_case_worked_on_paper() -> None:
    # 0.52 and 0.58 fall into the bin 0.5 to 0.6, one of two right; 1.0 into the last one.
    found = evaluation.calibration([1, 2, 3], [1, 0, 3], [0.52, 0.58, 1.0])
    assert found["low"].tolist() == pytest.approx([0.5, 0.9])
    assert found["high"].tolist() == pytest.approx([0.6, 1.0])
    assert found["digits"].tolist() == [2, 1]
    assert found["accuracy"].tolist() == [0.5, 1.0]
    assert found["confidence"].tolist() == pytest.approx([0.55, 1.0])

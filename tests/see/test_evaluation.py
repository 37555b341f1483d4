"""What trained networks answered, on cases worked on paper."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

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
        record(labels[:, None], labels=labels), record(1 - gained[:, None], labels=labels)
    )
    known = stats.ttest_1samp(gained, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((known.low, known.high))


def test_few_seeds_make_a_wide_interval() -> None:
    # So many digits that they are certain; what is left is Student's interval of three numbers.
    random = np.random.default_rng(0)
    labels = np.ones(200_000, int)
    wrong = random.random((len(labels), 3)) < (0.1, 0.2, 0.15)
    found = evaluation.paired_difference(
        record(np.ones_like(wrong, int), labels=labels), record(1 - wrong.astype(int), labels=labels)
    )
    known = stats.ttest_1samp(found.each, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), rel=0.01)


def test_losses_on_a_case_worked_on_paper() -> None:
    rows = [("all", 0, 0.95), ("all", 1, 0.93), ("a", 0, 0.94), ("a", 1, 0.92), ("b", 0, 0.75), ("b", 1, 0.73)]
    runs = pd.DataFrame(rows, columns=["variant", "seed", "accuracy"]).assign(parameters=[9, 9, 8, 8, 7, 7])
    # Variance of each row 0.0002, so of a difference of means of two 0.0002; t of 3 degrees at 1 - 0.025 / 2 is 4.177,
    # and 4.177 * sqrt(0.0002 + 0.01 ** 2) = 0.0723: safe is 0.2, not 0.01.
    found = evaluation.losses(recorded({"runs": runs}), "all", 0.01)
    assert found.index.tolist() == ["b", "a"]
    assert found["parameters"].tolist() == [7, 8]
    assert found[["loss", "least", "most"]].to_numpy() == pytest.approx(np.array([[0.2] * 3, [0.01] * 3]))
    assert found["safe"].tolist() == [True, False]
    assert not evaluation.losses(recorded({"runs": runs}), "all", 0.05)["safe"].any()  # 4.177 * 0.0520 > 0.2


def test_photographs_are_drawn_whole() -> None:
    # Copies of one digit in each photograph say no more than one of them.
    gained = np.random.default_rng(0).integers(0, 2, 50)
    errors = []
    for wrong, photo in ((gained, np.arange(50)), (np.repeat(gained, 20), np.repeat(np.arange(50), 20))):
        labels = np.ones(len(wrong), int)
        found = evaluation.paired_difference(
            record(labels[:, None], labels=labels, photo=photo),
            record((1 - wrong)[:, None], labels=labels, photo=photo),
        )
        errors.append(found.digits_error)
    assert errors[0] == pytest.approx(errors[1])


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


def test_calibration_error_on_the_same_case() -> None:
    found = evaluation.calibration([1, 2, 3], [1, 0, 3], [0.52, 0.58, 1.0])
    assert evaluation.calibration_error(found) == pytest.approx(2 / 3 * 0.05)


def test_a_temperature_on_a_case_worked_on_paper() -> None:
    # A network that claims 0.9 and is right in three of four cases: ln 9 / T has to be ln 3.
    assert evaluation.fitted_temperature([[0.9, 0.1]] * 4, [0, 0, 0, 1]) == pytest.approx(2, rel=1e-4)


def test_a_temperature_is_found_again() -> None:
    rng = np.random.default_rng(0)
    nu = rng.normal(0, 2, (20_000, 5))
    true = np.exp(nu) / np.exp(nu).sum(axis=1, keepdims=True)
    labels = (true.cumsum(axis=1) > rng.random((len(true), 1))).argmax(axis=1)
    claimed = np.exp(nu / 0.6) / np.exp(nu / 0.6).sum(axis=1, keepdims=True)
    assert evaluation.fitted_temperature(claimed, labels) == pytest.approx(1 / 0.6, rel=0.03)
    assert evaluation.fitted_temperature(true, labels) == pytest.approx(1, rel=0.03)

"""Tables as pictures: every number is written."""

import pytest

from figure_examples import STUCK, labels
from layerwise import figures


def test_answers_write_every_count() -> None:
    axes = figures.answers(STUCK).axes[0]
    assert [name.replace("\n", " ") for name in labels(axes.get_yticklabels())] == list(STUCK.index)
    assert labels(axes.texts).count("10,000") == 5 and labels(axes.texts).count("0") == 45


def test_class_counts_write_the_share() -> None:
    # MNIST's test set: 1,135 of 10,000 are the digit 1, which is 11.35 %.
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    axes = figures.class_counts({"test set": counts}).axes[0]
    assert labels(axes.texts)[1] == "11.35"
    assert axes.get_title("left") == "test set: 10,000"
    assert [bar.get_height() for bar in axes.patches] == pytest.approx([n / 100 for n in counts])


def test_confusion_writes_counts_and_shares_of_the_row() -> None:
    (axis,) = figures.confusion([[3, 1], [0, 200]]).axes
    assert [text.get_text() for text in axis.texts] == ["3", "75.0", "1", "25.0", "200", "100.0"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("holds, but one run cannot show it", "holds, but one\nrun cannot\nshow it"),
        ("within the spread", "within the spread"),
        ("report's, inverted", "report's,\ninverted"),
        ("inconstitutionally", "inconstitutionally"),
    ],
)
def test_a_long_name_leaves_no_short_word_alone(name: str, written: str) -> None:
    axis = figures.heat_map([[1.0]], rows=[name], columns=["a"], x_label="", y_label="", text=str).axes[0]
    assert labels(axis.get_yticklabels()) == [written]

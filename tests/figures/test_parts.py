"""What several kinds of figures share: frames that lack something are refused with a reason."""

from collections.abc import Callable

import pandas as pd
import pytest
from matplotlib.figure import Figure

from figure_examples import CALIBRATION, CNN_RUNS, GRADIENTS, HISTORY, RUNS, VARIANTS
from layerwise import figures

TAKES_A_FRAME: dict[str, tuple[pd.DataFrame, Callable[[pd.DataFrame], Figure]]] = {
    "learning_curves": (RUNS, figures.learning_curves),
    "training_history": (CNN_RUNS, figures.training_history),
    "seed_distribution": (RUNS.drop(columns="test_loss"), figures.seed_distribution),
    "run_accuracies": (VARIANTS, lambda frame: figures.run_accuracies(frame, x_label="accuracy", reference="a")),
    "calibration_curves": (CALIBRATION, lambda frame: figures.calibration_curves({"ours": frame})),
    "gradient_panels": (GRADIENTS, lambda frame: figures.gradient_panels(frame, value="size", y_label="size")),
    "gradient_history": (HISTORY, lambda frame: figures.gradient_history(frame, label="gradient")),
}


@pytest.mark.parametrize("name", TAKES_A_FRAME)
def test_a_frame_that_lacks_a_column_or_is_empty_is_refused(name: str) -> None:
    frame, draw = TAKES_A_FRAME[name]
    for column in frame:
        with pytest.raises(ValueError, match=f"the frame lacks .'{column}'.; it needs the columns"):
            draw(frame.drop(columns=column))
    with pytest.raises(ValueError, match="the frame is empty"):
        draw(frame[:0])


def test_negative_gradients_have_no_place_on_a_logarithmic_axis() -> None:
    with pytest.raises(ValueError, match="negative numbers"):
        figures.gradient_panels(GRADIENTS.assign(size=-1.0), value="size", y_label="size")

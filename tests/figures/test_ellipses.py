"""What a matrix makes of a circle."""

import numpy as np

from layerwise import figures


def test_the_image_of_the_circle_has_the_singular_values_as_half_axes() -> None:
    turn = np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    figure = figures.circle_images({"one": turn @ np.diag([3, 0.5]), "two": np.eye(2), "three": np.zeros((2, 2))})
    one, two, three, hidden = figure.axes
    sizes = np.hypot(*one.lines[-1].get_data())
    np.testing.assert_allclose((sizes.max(), sizes.min()), (3, 0.5), rtol=1e-3)
    assert one.get_xlabel() == "half axes 3 and 0.5" and one.get_title("left") == "one"
    assert two.get_aspect() == 1 and not hidden.get_visible() and three.get_visible()

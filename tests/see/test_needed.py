"""Occlusion, gradients and knock-outs: networks whose answer needs a part that is known, and differences in NumPy."""

import keras
import numpy as np
import pytest

from layerwise.data.synthetic import house_numbers
from layerwise.see import forward
from layerwise.see.needed import gradient_map, knock_outs, occlusion_map
from layerwise.see.weights import pretrained


def corner_reader() -> keras.Model:
    """Its probability of class 1 is the mean of the pixels in the upper left 2 x 2, of one channel."""
    picture = keras.Input((6, 8, 1))
    corner = keras.layers.Cropping2D(((0, 4), (0, 6)))(picture)
    mean = keras.layers.GlobalAveragePooling2D()(corner)
    return keras.Model(picture, keras.layers.Concatenate()([1 - mean, mean]))


def test_hiding_costs_where_the_answer_looks_and_nowhere_else() -> None:
    random = np.random.default_rng(0)
    picture = random.uniform(size=(6, 8, 1)).astype(np.float32)
    costs = occlusion_map(corner_reader(), picture, 1, side=2, step=1)
    assert costs.shape == (5, 7)
    for top in range(5):
        for left in range(7):
            hidden = picture[:2, :2, 0].astype(float).copy()
            hidden[top:2, left:2] = picture.mean()
            expected = picture[:2, :2, 0].mean() - hidden.mean()
            np.testing.assert_allclose(costs[top, left], expected, atol=1e-6)
    assert np.all(costs[2:] == 0) and np.all(costs[:, 2:] == 0)


@pytest.mark.parametrize("name", ["report", "improved"])
def test_the_gradient_is_what_central_differences_of_the_forward_pass_in_numpy_say(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "softmax", lambda nu: nu)
    nu_of, step = forward.Reader(name), 1e-6
    x = house_numbers(3, seed=8)[0] / 255
    targets = np.array([3, 0, 7])
    found = gradient_map(pretrained(name), x, targets)
    assert found.shape == x.shape
    random = np.random.default_rng(0)
    for p, target in enumerate(targets):
        for direction in [*(random.normal(size=x.shape[1:]) for _ in range(4)), found[p]]:
            above, below = nu_of([x[p] + step * direction, x[p] - step * direction])[:, target]
            np.testing.assert_allclose((found[p] * direction).sum(), (above - below) / (2 * step), rtol=2e-3, atol=1e-3)


def test_a_gradient_needs_a_dense_layer_at_the_end() -> None:
    model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten()])
    with pytest.raises(ValueError, match="the last layer is a Flatten; expected a dense one"):
        gradient_map(model, np.zeros((1, 2, 2, 1)), [0])


def test_a_filter_is_missed_by_the_class_that_it_speaks_for() -> None:
    """Two of three filters vote for a class each; class 2 wins where both are silent; the third does nothing."""
    model = keras.Sequential([keras.Input((1, 1, 3)), keras.layers.Flatten(name="flat"), keras.layers.Dense(3)])
    model.layers[-1].set_weights([np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0.0]]), np.array([0, 0, 0.5])])
    maps = np.array([[1, 0, 5], [1, 0, 5], [0, 1, 5], [0, 0, 5.0]]).reshape(4, 1, 1, 3)
    first = keras.Sequential([keras.Input((1, 1, 3)), keras.layers.ReLU(name="maps"), *model.layers])
    lost = knock_outs(first, "maps", maps, [0, 0, 1, 2])
    np.testing.assert_array_equal(lost, [[1, 0, 0], [0, 1, 0], [0, 0, 0]])

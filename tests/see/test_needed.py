"""Occlusion and knock-outs, against networks whose answer needs a part that is known."""

import keras
import numpy as np

from layerwise.see.needed import knock_outs, occlusion_map


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


def test_a_filter_is_missed_by_the_class_that_it_speaks_for() -> None:
    """Two of three filters vote for a class each; class 2 wins where both are silent; the third does nothing."""
    model = keras.Sequential([keras.Input((1, 1, 3)), keras.layers.Flatten(name="flat"), keras.layers.Dense(3)])
    model.layers[-1].set_weights([np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0.0]]), np.array([0, 0, 0.5])])
    maps = np.array([[1, 0, 5], [1, 0, 5], [0, 1, 5], [0, 0, 5.0]]).reshape(4, 1, 1, 3)
    first = keras.Sequential([keras.Input((1, 1, 3)), keras.layers.ReLU(name="maps"), *model.layers])
    lost = knock_outs(first, "maps", maps, [0, 0, 1, 2])
    np.testing.assert_array_equal(lost, [[1, 0, 0], [0, 1, 0], [0, 0, 0]])

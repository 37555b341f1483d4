"""Activation maximisation, against exact answers."""

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from layerwise.see import filters, maximisation

Array = NDArray[Any]


def test_the_model_is_left_as_it_was(chain: keras.Sequential, pictures: Array) -> None:
    before = [weight.copy() for weight in chain.get_weights()]
    answers = chain(pictures, training=False).numpy()
    filters.feature_maps(chain, pictures, "second", before_activation=True)
    maximisation.maximise(chain, "second", steps=3)
    for old, new in zip(before, chain.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    np.testing.assert_array_equal(chain(pictures, training=False).numpy(), answers)


def test_without_regularisation_the_first_layer_reaches_the_largest_sum_there_is(chain: keras.Sequential) -> None:
    """On [0, 1] the sum of products is largest where x = 1 below every positive weight and x = 0 below the others."""
    kernel, bias = chain.get_layer("first").get_weights()
    largest = np.maximum(kernel, 0).sum(axis=(0, 1, 2)) + bias
    found = maximisation.maximise(chain, "first", steps=300, learning_rate=0.3, decay=0, smoothness=0)
    np.testing.assert_allclose(found.reached, largest, atol=1e-2)
    assert (found.reached <= largest + 1e-5).all() and (found.start < found.reached).all()
    best = (kernel > 0).transpose(3, 0, 1, 2)
    clear = (np.abs(kernel) > 0.02).transpose(3, 0, 1, 2)
    assert found.position == (5, 4)
    np.testing.assert_allclose(found.patches[clear], best[clear].astype(float), atol=0.05)


def test_decay_alone_has_an_exact_answer(chain: keras.Sequential) -> None:
    """(w . x) / |w| - decay |x - 1/2|^2 is stationary at x = 1/2 + w / (2 decay |w|), while that lies in (0, 1)."""
    kernel, bias = chain.get_layer("first").get_weights()
    found = maximisation.maximise(chain, "first", steps=400, decay=4.0, smoothness=0)
    for f in range(4):
        w = kernel[..., f].astype(float)
        norm = np.linalg.norm(w)
        np.testing.assert_allclose(found.patches[f], 0.5 + w / (8 * norm), atol=2e-3)
        assert found.reached[f] == pytest.approx(w.sum() / 2 + norm / 8 + bias[f], abs=1e-2)
    outside = found.pictures[:, :3]  # rows that the unit in row 5 does not see: the noise has gone
    np.testing.assert_allclose(outside, 0.5, atol=2e-3)


@pytest.mark.parametrize(
    ("network", "layer", "jitter"),
    [("chain", "first", 0), ("chain", "second", 1), ("strided", "narrow", 0)],
    indirect=["network"],
)
def test_maximising_increases_the_sum_and_beats_random_pictures(
    pictures: Array, network: keras.Sequential, layer: str, jitter: int
) -> None:
    found = maximisation.maximise(network, layer, steps=100, smoothness=0, jitter=jitter)
    assert (found.reached > found.start).all()
    assert found.pictures.min() >= 0 and found.pictures.max() <= 1
    row, column = found.position
    sums = filters.feature_maps(network, found.pictures, layer, before_activation=True)
    np.testing.assert_allclose(found.reached, np.diag(sums[:, row, column]), atol=1e-4)
    random = filters.feature_maps(network, pictures, layer, before_activation=True)[:, row, column]
    assert (found.reached > random.max(axis=0)).all()


def test_maximising_is_deterministic_and_filters_do_not_touch_each_other(chain: keras.Sequential) -> None:
    settings: dict[str, Any] = {"steps": 20, "jitter": 2, "seed": 4}
    whole = maximisation.maximise(chain, "second", **settings)
    np.testing.assert_array_equal(maximisation.maximise(chain, "second", **settings).pictures, whole.pictures)
    other = maximisation.maximise(chain, "second", **{**settings, "seed": 5})
    assert np.abs(other.pictures - whole.pictures).max() > 1e-3
    some = maximisation.maximise(chain, "second", filters=[3, 0], **settings)
    np.testing.assert_allclose(some.pictures, whole.pictures[[3, 0]], atol=1e-5)
    np.testing.assert_allclose(some.reached, whole.reached[[3, 0]], atol=1e-4)
    # A network whose last filters are other ones finds the same for the first.
    changed = keras.models.clone_model(chain)
    changed.set_weights(chain.get_weights())
    kernel, bias = chain.get_layer("second").get_weights()
    changed.get_layer("second").set_weights([kernel * [1, 1, -2, 3, 1], bias])
    some = maximisation.maximise(changed, "second", **settings)
    np.testing.assert_allclose(some.pictures[:2], whole.pictures[:2], atol=1e-5)
    assert np.abs(some.pictures[2] - whole.pictures[2]).max() > 1e-3


def test_smoothness_smooths(chain: keras.Sequential) -> None:
    rough, smooth = (
        maximisation.maximise(chain, "second", steps=60, smoothness=smoothness).pictures for smoothness in (0, 0.5)
    )
    assert np.abs(np.diff(smooth, axis=1)).mean() < 0.5 * np.abs(np.diff(rough, axis=1)).mean()


def test_a_filter_that_nothing_excites_gives_its_noise_smoothed(chain: keras.Sequential) -> None:
    model = keras.models.clone_model(chain)
    model.set_weights(chain.get_weights())
    kernel, bias = model.get_layer("first").get_weights()
    kernel[..., 2] = 0
    model.get_layer("first").set_weights([kernel, bias])
    found = maximisation.maximise(model, "first", steps=20)
    assert np.isfinite(found.pictures).all()
    assert found.reached[2] == pytest.approx(bias[2])

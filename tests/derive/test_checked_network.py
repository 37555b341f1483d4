"""The network: its start, training, and what it refuses."""

from typing import Any

import numpy as np
import pytest

from layerwise.derive.activations import lecun_tanh
from layerwise.derive.checked_network import LOSSES, Network
from layerwise.derive.equations import Loss


def random_case(sizes: list[int], patterns: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.normal(size=(patterns, sizes[0])), random.integers(0, sizes[-1], patterns)


@pytest.mark.parametrize("loss", LOSSES)
def test_labels_and_target_rows_are_the_same(loss: Loss) -> None:
    network = Network([3, 4, 3], "tanh", loss)
    x, labels = random_case([3, 3], 6)
    assert network.error(x, labels) == network.error(x, np.eye(3)[labels])
    np.testing.assert_array_equal(
        network.gradients(x, labels).weights[1], network.gradients(x, np.eye(3)[labels]).weights[1]
    )


def test_initial_weights_are_glorot_uniform_and_seeded() -> None:
    network, again, other = (Network([300, 200, 10], "tanh", seed=seed) for seed in (3, 3, 4))
    limit = np.sqrt(6 / 500)
    assert np.abs(network.weights[1]).max() <= limit
    # The variance of a uniform distribution on (-limit, limit) is limit² / 3.
    assert network.weights[1].var() == pytest.approx(limit**2 / 3, rel=0.02)
    np.testing.assert_array_equal(network.weights[1], again.weights[1])
    assert (network.weights[1] != other.weights[1]).any()
    assert not network.biases[1].any()


@pytest.mark.parametrize("loss", LOSSES)
def test_an_update_uses_the_mean_of_the_batch(loss: Loss) -> None:
    network = Network([3, 4, 2], "sigmoid", loss, seed=2)
    x, labels = random_case([3, 2], 8)
    before, gradients = {r: w.copy() for r, w in network.weights.items()}, network.gradients(x, labels)
    network.update(x, labels, 0.5)
    for r in (1, 2):
        np.testing.assert_allclose(network.weights[r], before[r] - 0.5 / 8 * gradients.weights[r])
    # Doubling every pattern doubles E and changes no update.
    doubled = Network([3, 4, 2], "sigmoid", loss, seed=2)
    doubled.update(np.vstack([x, x]), np.hstack([labels, labels]), 0.5)
    np.testing.assert_allclose(doubled.weights[1], network.weights[1], rtol=1e-12)


def test_training_with_one_batch_is_the_same_as_updates() -> None:
    x, labels = random_case([3, 2], 8)
    trained, updated = (Network([3, 4, 2], "tanh", seed=5) for _ in range(2))
    history = trained.train(x, labels, epochs=3, batch_size=8, learning_rate=0.2)
    for _ in range(3):
        updated.update(x, labels, 0.2)
    np.testing.assert_allclose(trained.weights[1], updated.weights[1], rtol=1e-12)
    assert history[-1] == pytest.approx(updated.error(x, labels) / 8)


@pytest.mark.parametrize("loss", LOSSES)
def test_training_learns_exclusive_or_and_repeats_with_the_seed(loss: Loss) -> None:
    x, labels = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    network, again = (Network([2, 8, 2], "tanh", loss, seed=1) for _ in range(2))
    history = network.train(x, labels, epochs=800, batch_size=2, learning_rate=0.5, seed=7)
    assert history[-1] < 0.05 < history[0]
    np.testing.assert_array_equal(network.forward(x).argmax(axis=1), labels)
    assert again.train(x, labels, epochs=800, batch_size=2, learning_rate=0.5, seed=7) == history


def test_complex_weights_and_inputs_are_taken() -> None:
    network = Network([2, 3, 2], "tanh", weights=[np.full((3, 2), 0.1 + 1e-30j), np.ones((2, 3))])
    assert network.weights[1].dtype == np.complex128
    assert np.iscomplexobj(network.error([[1, 2]], [0]))
    assert np.iscomplexobj(Network([2, 3, 2], "tanh").forward([[1 + 1e-30j, 2]]))


def test_an_activation_object_is_taken_as_well_as_its_name() -> None:
    x, labels = random_case([3, 2], 4)
    a_small, a_large = (Network([3, 4, 2], activation) for activation in (lecun_tanh(0.0), lecun_tanh(0.5)))
    assert a_small.error(x, labels) != a_large.error(x, labels)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": [3]}, "two or more positive whole numbers"),
        ({"sizes": [3, 0, 2]}, "two or more positive whole numbers"),
        ({"sizes": [3, 2.5, 2]}, "two or more positive whole numbers"),
        ({"sizes": [3, True, 2]}, "two or more positive whole numbers"),
        ({"sizes": 3}, "two or more positive whole numbers"),
        ({"activation": None}, "unknown activation None"),
        ({"seed": "a"}, "seed is 'a'; expected a whole number, 0 or more"),
        ({"seed": -1}, "seed is -1; expected a whole number, 0 or more"),
        ({"weights": [[[1, 2, 3], [1, 2]], np.ones((2, 4))]}, r"weights\[1\] has rows of different lengths"),
        ({"activation": "swish"}, "expected one of relu, tanh, sigmoid, lecun_tanh"),
        ({"loss": "hinge"}, "loss is 'hinge'; expected one of cross_entropy, squared_error"),
        ({"weights": [np.ones((4, 3))]}, r"layers \[1\]; expected layers 1 to 2"),
        ({"weights": {1: np.ones((4, 3)), "a": np.ones((2, 4))}}, r"layers \[1, 'a'\]; expected layers 1 to 2"),
        ({"weights": [np.ones((3, 4)), np.ones((2, 4))]}, r"weights\[1\] has shape \(3, 4\); expected \(4, 3\)"),
        ({"weights": [np.full((4, 3), np.nan), np.ones((2, 4))]}, r"weights\[1\] holds NaN or infinity"),
        ({"biases": [np.ones((4, 1)), np.ones(2)]}, r"biases\[1\] has shape \(4, 1\); expected \(4,\)"),
        ({"biases": [["a"] * 4, np.ones(2)]}, "expected numbers"),
    ],
)
def test_a_network_that_cannot_be_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Network(**{"sizes": [3, 4, 2], "activation": "tanh", **arguments})


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones((2, 4)), [0, 1], r"x has shape \(2, 4\); expected \(P, 3\): one pattern a row"),
        (np.ones(3), [0], r"x has shape \(3,\); expected \(P, 3\)"),
        (np.ones((0, 3)), [], "x holds no pattern"),
        ([[1, 2, np.nan]], [0], "x holds NaN or infinity"),
        ([[1, 2, np.inf]], [0], "x holds NaN or infinity"),
        ([["a", "b", "c"]], [0], "expected numbers"),
        ([[1, 2, 3], [1, 2]], [0, 1], "x has rows of different lengths"),
        (np.ones((2, 3)), [[0, 1], [1]], "y has rows of different lengths"),
        (np.ones((2, 3)), [0, 2], "labels from 0 to 2; expected 0 to 1"),
        (np.ones((2, 3)), [-1, 0], "labels from -1 to 0; expected 0 to 1"),
        (np.ones((2, 3)), [0], r"y has shape \(1,\).*expected 2 labels, shape \(2,\)"),
        (np.ones((2, 3)), [0.0, 1.0], r"y has shape \(2,\) and type float64; expected 2 labels"),
        (np.ones((2, 3)), np.ones((2, 3)), r"target rows, shape \(2, 2\)"),
        (np.ones((2, 3)), [[0, 1], [np.nan, 1]], "y holds NaN or infinity"),
        (np.ones((2, 3)), [[0, 1], [1, 1]], "entries from 0 on, sum 1"),
        (np.ones((2, 3)), [[0, 1], [-1, 2]], "entries from 0 on, sum 1"),
        (np.ones((2, 3)), [[0, 1j], [1, 0]], "y has type complex128"),
    ],
)
@pytest.mark.parametrize("method", ["error", "trace", "gradients", "train"])
def test_inputs_and_targets_that_do_not_fit_are_refused(method: str, x: object, y: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(Network([3, 4, 2], "tanh"), method)(x, y)


def test_forward_refuses_what_gradients_refuses() -> None:
    with pytest.raises(ValueError, match=r"expected \(P, 3\)"):
        Network([3, 2], "tanh").forward([[1, 2]])


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), "a", None, True])
def test_a_learning_rate_that_is_not_a_positive_number_is_refused(rate: Any) -> None:
    network = Network([3, 2], "tanh")
    for call in (
        lambda: network.update([[1, 2, 3]], [0], rate),
        lambda: network.train([[1, 2, 3]], [0], learning_rate=rate),
    ):
        with pytest.raises(ValueError, match="expected a positive number"):
            call()


@pytest.mark.parametrize("name", ["epochs", "batch_size", "seed"])
@pytest.mark.parametrize("value", [-1, 1.5, "a", None, True])
def test_training_refuses_what_is_not_a_count_and_changes_nothing(name: str, value: Any) -> None:
    network = Network([3, 2], "tanh")
    before = network.weights[1].copy()
    with pytest.raises(ValueError, match=f"{name} is {value!r}; expected a whole number, "):
        network.train([[1, 2, 3]], [0], **{name: value})
    np.testing.assert_array_equal(network.weights[1], before)


@pytest.mark.parametrize("arguments", [{"epochs": 0}, {"batch_size": 0}])
def test_training_refuses_nothing_to_do(arguments: dict) -> None:
    with pytest.raises(ValueError, match="expected a whole number, 1 or more"):
        Network([3, 2], "tanh").train([[1, 2, 3]], [0], **arguments)


@pytest.mark.parametrize("method", ["train", "update"])
@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_pixels_that_were_not_scaled_are_refused_and_scaled_ones_learned(method: str, kind: str) -> None:
    network = Network([4, 3], "tanh")
    before = network.weights[1].copy()
    x = np.array([[0, 3, 40, 254], [0, 0, 200, 7]], kind)
    with pytest.raises(ValueError, match=r"x goes from 0 to 254, .*data.scale\(x\)"):
        getattr(network, method)(x, [0, 1], learning_rate=0.1)
    np.testing.assert_array_equal(network.weights[1], before)
    getattr(network, method)(x / 255, [0, 1], learning_rate=0.1)
    getattr(network, method)(x - 100.0, [0, 1], learning_rate=0.1)  # whatever that is, no pixels
    assert (network.weights[1] != before).any()


def test_an_update_that_cannot_be_made_leaves_the_network_as_it_was() -> None:
    network = Network([2, 3, 2], "relu", "squared_error", weights=[np.full((3, 2), 1e200), np.full((2, 3), 1e200)])
    before = network.weights[1].copy()
    with pytest.raises(ValueError, match="is not finite"):
        network.update([[1e200, 1.0]], [0], 0.1)
    np.testing.assert_array_equal(network.weights[1], before)


def test_a_weight_that_was_replaced_by_a_broken_number_is_named_as_a_possible_cause() -> None:
    network = Network([3, 2], "tanh")
    network.weights[1][0, 0] = np.nan
    with pytest.raises(ValueError, match=r"layer 1 is not finite: .* a weight or bias is not finite itself"):
        network.forward([[1, 2, 3]])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", ["forward", "error", "trace", "gradients"])
def test_numbers_too_large_for_float64_are_refused(method: str) -> None:
    network = Network((2, 3, 2), "relu", weights=[np.full((3, 2), 10.0), np.ones((2, 3))])
    x = np.array([[1e308, 1e308]])  # finite, but 10 x 1e308 is not
    with pytest.raises(ValueError, match="of layer 1 is not finite: it is too large for float64"):
        getattr(network, method)(*([x] if method == "forward" else [x, [0]]))


@pytest.mark.filterwarnings("ignore:(overflow|invalid)")
def test_training_that_diverges_says_so() -> None:
    network = Network((2, 3, 2), "lecun_tanh", loss="squared_error", seed=1)
    with pytest.raises(ValueError, match="smaller learning_rate"):
        network.train([[1.0, 2.0]], [[50.0, 90.0]], epochs=200, learning_rate=1e6)

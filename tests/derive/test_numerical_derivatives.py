"""The network against central differences, complex steps and Keras."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from layerwise.derive.activations import ACTIVATIONS, TANH, Activation, Interval, lecun_tanh
from layerwise.derive.checked_network import LOSSES, Network
from layerwise.derive.equations import Gradients, Loss
from layerwise.derive.numerical_derivatives import (
    central_differences,
    complex_step,
    float32_holds,
    keras_gradients,
    relative_differences,
)


def small_case(
    activation: str, loss: Loss, layers: int, seed: int = 0, units: int = 4
) -> tuple[Network, np.ndarray, np.ndarray]:
    """A network 5-4-...-4-3, or of other hidden units, with random biases, six patterns and labels."""
    random = np.random.default_rng(seed)
    network = Network([5] + [units] * (layers - 1) + [3], activation, loss, seed=seed)
    network.biases = {r: random.normal(0, 0.3, b.size) for r, b in network.biases.items()}
    return network, random.normal(size=(6, 5)), random.integers(0, 3, 6)


def report_sized_case(
    activation: str, layers: int, loss: Loss = "cross_entropy"
) -> tuple[Network, np.ndarray, np.ndarray]:
    """The report's shapes, 784-32-...-32-10, with eight patterns; every number is exact in float32."""
    random = np.random.default_rng(1)
    network = Network([784] + [32] * (layers - 1) + [10], activation, loss, seed=1)
    network.weights = {r: w.astype(np.float32).astype(np.float64) for r, w in network.weights.items()}
    return network, random.integers(0, 256, (8, 784)) / 256, random.integers(0, 10, 8)


@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_central_differences_agree_at_depths_1_to_5(activation: str, loss: Loss, layers: int) -> None:
    network, x, y = small_case(activation, loss, layers)
    numeric = central_differences(network, x, y)
    assert max(relative_differences(network.gradients(x, y), numeric).values()) <= 1e-7
    missing = sum(int(np.isnan(array).sum()) for kind in numeric[:2] for array in kind.values())
    assert numeric.excluded == missing
    # A kink is met by few parameters if by any; most of each layer is compared.
    assert numeric.excluded == 0 or activation == "relu"
    assert numeric.excluded <= 2


def test_parameters_whose_step_crosses_a_kink_are_excluded_and_counted() -> None:
    # One hidden ReLU unit: ν = w·1 + b = 1e-6 with w = 1e-6 and b = 0. A step of 1e-5 in w or in b takes ν below 0;
    # the output's weight and bias (y = 1·1e-6 + 1 > 0 throughout) cross nothing. So 2 of 4 parameters.
    network = Network([1, 1, 1], "relu", "squared_error", weights=[[[1e-6]], [[1.0]]], biases=[[0], [1]])
    numeric = central_differences(network, [[1.0]], [[0.0]])
    assert numeric.excluded == 2
    assert np.isnan(numeric.weights[1]).all() and np.isnan(numeric.biases[1]).all()
    # The gradient by the output's weight is only 1e-6, so its quotient has fewer digits than elsewhere.
    differences = relative_differences(network.gradients([[1.0]], [[0.0]]), numeric)
    assert differences[2] <= 1e-5 and np.isnan(differences[1]), "a comparison of nothing passes no bound"
    # With a smaller step no unit changes sides: nothing is excluded, and the slopes agree.
    finer = central_differences(network, [[1.0]], [[0.0]], step=1e-7)
    assert finer.excluded == 0
    assert max(relative_differences(network.gradients([[1.0]], [[0.0]]), finer).values()) <= 1e-3


def test_a_squared_error_output_kink_counts_but_a_softmax_has_none() -> None:
    # No hidden layer, ν = 0 + 0: with squared error the output is a ReLU at its kink, with cross-entropy a softmax.
    arguments = {"weights": [[[0.0], [0.0]]], "biases": [[0.0, 0.0]]}
    at_kink = Network([1, 2], "relu", "squared_error", **arguments)
    assert central_differences(at_kink, [[1.0]], [0]).excluded == 4
    smooth = Network([1, 2], "relu", "cross_entropy", **arguments)
    assert central_differences(smooth, [[1.0]], [0]).excluded == 0


@pytest.mark.parametrize("layers", [5, 20, 40])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_complex_steps_agree_at_depths_5_20_40(activation: str, loss: Loss, layers: int) -> None:
    network, x, y = small_case(activation, loss, layers, units=8)
    numeric = complex_step(network, x, y)
    assert all(np.abs(w).max() > 0 for w in numeric.weights.values())
    assert max(relative_differences(network.gradients(x, y), numeric).values()) <= 1e-10


def test_central_differences_fail_at_depth_40_for_sigmoid() -> None:
    network, x, y = small_case("sigmoid", "cross_entropy", 40)
    differences = relative_differences(network.gradients(x, y), central_differences(network, x, y))
    # E is about 7, so its last digit is worth 9e-16; divided by 2h that is 4e-11, far above these gradients.
    assert np.abs(network.gradients(x, y).weights[1]).max() < 1e-20
    assert differences[1] > 0.5
    assert differences[40] <= 1e-7


def test_complex_step_refuses_what_takes_no_complex_numbers() -> None:
    network, x, y = small_case("tanh", "cross_entropy", 2)
    network.activation = dataclasses.replace(TANH, analytic=False)
    with pytest.raises(ValueError, match="tanh takes no complex numbers; use central_differences"):
        complex_step(network, x, y)


@pytest.mark.parametrize("layers", [5, 20, 40])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_keras_agrees_in_both_precisions_at_the_reports_sizes(activation: str, layers: int) -> None:
    network, x, y = report_sized_case(activation, layers)
    ours = network.gradients(x, y)
    double = keras_gradients(network, x, y)
    assert double.weights[1].dtype == np.float64
    assert max(relative_differences(double, ours, "largest").values()) <= 1e-10
    # Every layer of all these networks is within float32's range, so none is left out of this comparison.
    assert all(float32_holds(ours).values())
    single = keras_gradients(network, x, y, "float32")
    assert single.weights[1].dtype == np.float32
    assert max(relative_differences(single, ours, "largest").values()) <= 1e-5


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_keras_agrees_for_the_squared_error(activation: str) -> None:
    network, x, y = small_case(activation, "squared_error", 5)
    targets = np.random.default_rng(3).random((6, 3))
    for goal in (y, targets):
        found = relative_differences(keras_gradients(network, x, goal), network.gradients(x, goal), "largest")
        assert max(found.values()) <= 1e-10


def test_keras_differentiates_the_slope_parameter_of_lecuns_tanh() -> None:
    network, x, y = small_case("lecun_tanh", "cross_entropy", 3)
    steeper = Network(network.sizes, lecun_tanh(0.3), weights=network.weights, biases=network.biases)
    found = relative_differences(keras_gradients(steeper, x, y), steeper.gradients(x, y), "largest")
    assert max(found.values()) <= 1e-10


def test_float32_underflows_where_float32_holds_says_so() -> None:
    # Sigmoid: about a factor 1/4 a layer. 4^-80 is 7e-49, below the smallest float32 (1e-45): zeros, not gradients.
    network, x, y = report_sized_case("sigmoid", 80)
    ours, holds = network.gradients(x, y), float32_holds(network.gradients(x, y))
    single = keras_gradients(network, x, y, "float32")
    assert not holds[1] and np.abs(ours.weights[1]).max() > 0 and not single.weights[1].any()
    assert holds[80]
    # Where it holds, float32 agrees to 1e-5 at this depth too; float64 and Keras agree in every layer.
    differences = relative_differences(single, ours, "largest")
    assert max(differences[r] for r in holds if holds[r]) <= 1e-5
    assert max(differences[r] for r in holds if not holds[r]) > 0.99
    assert max(relative_differences(keras_gradients(network, x, y), ours, "largest").values()) <= 1e-10


def test_float32_holds_at_the_border() -> None:
    # The smallest normal float32 is 2^-126 and the spacing at 1 is 2^-23: the border is 2^-103.
    for largest, holds in ((2.0**-103, True), (0.999 * 2.0**-103, False), (0.0, True), (1.0, True)):
        gradients = Gradients({1: np.array([[largest, 0.0]])}, {1: np.array([0.0])})
        assert float32_holds(gradients) == {1: holds}


def test_relative_differences_worked_on_paper() -> None:
    # Weights: (3, 4) against (3, 0): difference 4 over size 3 in both norms. Biases: 5 against NaN: left out.
    ours = Gradients({1: np.array([[3.0, 4.0]])}, {1: np.array([5.0])})
    reference = Gradients({1: np.array([[3.0, 0.0]])}, {1: np.array([np.nan])})
    assert relative_differences(ours, reference) == {1: 4 / 3}
    assert relative_differences(ours, reference, "largest") == {1: 4 / 3}
    # (3, 4) against (0, 0): nothing to divide by. Equal zeros agree.
    zeros = Gradients({1: np.zeros((1, 2))}, {1: np.zeros(1)})
    assert relative_differences(ours, zeros) == {1: np.inf}
    assert relative_differences(zeros, zeros) == {1: 0.0}


def test_gradients_that_cannot_be_compared_are_refused() -> None:
    small, large = (Network([2, units, 2], "tanh").gradients([[1, 2]], [0]) for units in (3, 4))
    with pytest.raises(ValueError, match="shape"):
        relative_differences(small, large)
    with pytest.raises(ValueError, match="norm is 'max'; expected one of euclidean, largest"):
        relative_differences(small, small, "max")
    with pytest.raises(ValueError, match="dtype is 'float16'; expected one of float64, float32"):
        keras_gradients(Network([2, 2], "tanh"), [[1, 2]], [0], "float16")


def test_every_kink_that_an_activation_names_is_watched() -> None:
    # Slope 1 up to 1, then 2. ν = 1 + 1e-6 with w = 1 + 1e-6: a step of 1e-5 in w or in b crosses 1.
    bent = Activation(
        "bent",
        lambda x: np.maximum(x, 2 * x - 1),
        lambda x: np.where(x < 1, 1.0, 2.0),
        Interval(-np.inf, np.inf),
        kinks=(1.0,),
    )
    network = Network([1, 1, 1], bent, weights=[[[1 + 1e-6]], [[1.0]]], biases=[[0], [0]])
    assert central_differences(network, [[1.0]], [[1.0]]).excluded == 2


@pytest.mark.parametrize("step", [0, -1e-5, np.nan, np.inf, "small", True])
@pytest.mark.parametrize("method", [central_differences, complex_step])
def test_a_step_that_is_none(method: Any, step: float) -> None:
    with pytest.raises(ValueError, match="expected a positive number"):
        method(Network((2, 2, 1), "tanh", loss="squared_error", seed=0), np.ones((1, 2)), np.ones((1, 1)), step)


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (np.empty((0, 2)), np.empty(0, int), "no pattern"),
        ([[np.nan, 1.0]], [0], "NaN"),
        ([[1.0, 1.0]], [3], "labels from 3 to 3"),
    ],
)
def test_keras_is_not_asked_for_a_gradient_that_there_is_not(x: Any, y: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        keras_gradients(Network((2, 2, 2), "tanh", seed=0), x, y)

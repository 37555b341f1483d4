"""``check_gradient`` on right functions and on planted bugs."""

from itertools import combinations

import numpy as np
import pytest

from layerwise.derive import gradient_check
from layerwise.derive.activations import ACTIVATIONS
from layerwise.derive.equations import Gradients, Layers, Loss
from layerwise.derive.gradient_check import check_gradient
from layerwise.derive.known_bugs import BUGS, gradients_with_bugs
from layerwise.derive.network import LOSSES, Network


def my_correct_function(weights: Layers, biases: Layers, x: np.ndarray, T: np.ndarray) -> tuple[list, list]:
    """tanh, squared error, written as a reader would, with lists."""
    ys = [x]
    for r in weights:
        ys.append(np.tanh(weights[r] @ ys[-1] + biases[r][:, None]))
    delta = (1 - ys[-1] ** 2) * (ys[-1] - T)
    weight_gradients, bias_gradients = [], []
    for r in reversed(list(weights)):
        weight_gradients.insert(0, delta @ ys[r - 1].T)
        bias_gradients.insert(0, delta.sum(axis=1))
        delta = weights[r].T @ delta * (1 - ys[r - 1] ** 2)
    return weight_gradients, bias_gradients


def with_bugs(bugs: tuple[str, ...], activation: str, loss: Loss, reduction: str = "sum") -> gradient_check.MyFunction:
    def function(weights: Layers, biases: Layers, x: np.ndarray, T: np.ndarray) -> Gradients:
        sizes = [4] * (len(weights) + 1)
        network = Network(sizes, activation, loss, weights=weights, biases=biases)
        return gradients_with_bugs(bugs, network, x, T, reduction)

    return function


def test_a_correct_function_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    result = check_gradient(my_correct_function)
    assert result and result.correct and result.bugs == ()
    printed = capsys.readouterr().out
    assert "Right: every layer agrees" in printed
    assert all(word in printed for word in ("layer", "yours", "numeric", "ratio"))
    np.testing.assert_allclose(result.table["ratio"], 1, rtol=1e-7)
    assert list(result.table["layer"]) == [1, 1, 2, 2, 3, 3]
    assert repr(result) == "GradientCheck(correct=True, bugs=())"


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_second_implementation_without_bugs_is_right(activation: str, loss: Loss, reduction: str) -> None:
    function = with_bugs((), activation, loss, reduction)
    assert check_gradient(function, activation=activation, loss=loss, reduction=reduction, layers=4)


def planted(bugs: tuple[str, ...], activation: str, loss: Loss, reduction: str = "sum", layers: int = 3) -> np.ndarray:
    """All the numbers that these bugs give in the network of ``check_gradient``."""
    gradients = gradient_check._case(activation, loss, reduction, layers, 0).planted(bugs)
    return np.concatenate([array.ravel() for _, _, array in gradient_check._arrays(gradients)])


def possible_bugs(activation: str, loss: Loss, reduction: str = "sum") -> list[str]:
    """Those that change anything."""
    right = planted((), activation, loss, reduction)
    return [bug for bug in BUGS if not np.allclose(planted((bug,), activation, loss, reduction), right, rtol=1e-9)]


CASES = [
    (bug, activation, loss, reduction)
    for activation in ACTIVATIONS
    for loss in LOSSES
    for reduction in ("sum", "mean")
    for bug in possible_bugs(activation, loss, reduction)
]


@pytest.mark.parametrize(("bug", "activation", "loss", "reduction"), CASES)
def test_each_planted_bug_is_named(
    bug: str, activation: str, loss: Loss, reduction: str, capsys: pytest.CaptureFixture[str]
) -> None:
    function = with_bugs((bug,), activation, loss, reduction)
    result = check_gradient(function, activation=activation, loss=loss, reduction=reduction)
    assert not result
    if result.bugs != (
        bug,
    ):  # two names for the same numbers: 1 - y² is tanh's f' of y, and the slope added to a softmax
        assert len(result.bugs) == 1
        same = planted(result.bugs, activation, loss, reduction)
        np.testing.assert_allclose(same, planted((bug,), activation, loss, reduction), rtol=1e-9)
    printed = " ".join(capsys.readouterr().out.split())
    assert BUGS[result.bugs[0]] in printed and "Look first at the " in printed


def test_every_bug_is_planted_under_its_own_name_somewhere() -> None:
    named = set()
    for bug, activation, loss, reduction in CASES:
        function = with_bugs((bug,), activation, loss, reduction)
        named |= set(check_gradient(function, activation=activation, loss=loss, reduction=reduction).bugs)
    assert named == set(BUGS)


def test_a_sum_where_a_mean_was_asked_for_is_named() -> None:
    result = check_gradient(with_bugs(("sum_for_mean",), "tanh", "squared_error", "mean"), reduction="mean")
    assert result.bugs == ("sum_for_mean",)
    np.testing.assert_allclose(result.table["ratio"], 5, rtol=1e-7)  # five patterns


def test_two_bugs_at_once_are_named() -> None:
    for pair in list(combinations(possible_bugs("tanh", "squared_error"), 2))[::17]:
        result = check_gradient(with_bugs(pair, "tanh", "squared_error"))
        # Some pairs give the same numbers as another pair (no bias gradient, and its mean): then any of them will do.
        network_bugs = with_bugs(result.bugs, "tanh", "squared_error")
        assert result.bugs and not result
        repeated = check_gradient(network_bugs)
        np.testing.assert_allclose(repeated.table["ratio"], result.table["ratio"], rtol=1e-5, atol=1e-9)


def test_ratios_show_the_sign_and_the_mean() -> None:
    wrong_sign = check_gradient(with_bugs(("sign",), "tanh", "squared_error"))
    np.testing.assert_allclose(wrong_sign.table["ratio"], -1, rtol=1e-7)
    mean = check_gradient(with_bugs(("mean_for_sum",), "tanh", "squared_error"))
    np.testing.assert_allclose(mean.table["ratio"], 1 / 5, rtol=1e-7)


def test_an_unknown_bug_is_located(capsys: pytest.CaptureFixture[str]) -> None:
    def function(weights: Layers, biases: Layers, x: np.ndarray, T: np.ndarray) -> Gradients:
        right = with_bugs((), "tanh", "squared_error")(weights, biases, x, T)
        right.weights[2][0, 0] += 0.1
        return right

    result = check_gradient(function)
    assert not result and result.bugs == ()
    printed = " ".join(capsys.readouterr().out.split())
    assert "no known bug" in printed and "layer 2 is the first to differ" in printed
    assert "Look first at the line of the weights' gradient, in layer 2: its biases agree" in printed


def test_a_missing_bias_gradient_is_named() -> None:
    result = check_gradient(lambda w, b, x, T: (my_correct_function(w, b, x, T)[0], None))
    assert result.bugs == ("bias_gradient_forgotten",)


def test_functions_that_change_their_arguments_do_no_harm() -> None:
    def function(weights: Layers, biases: Layers, x: np.ndarray, T: np.ndarray) -> tuple[list, list]:
        found = my_correct_function(weights, biases, x, T)
        for array in (*weights.values(), *biases.values(), x, T):
            array[:] = 0
        return found

    assert check_gradient(function)


def bad_shape(weights: Layers, biases: Layers, x: np.ndarray, T: np.ndarray) -> tuple[list, list]:
    w, b = my_correct_function(weights, biases, x, T)
    return w, [np.tile(column[:, None], 5) for column in b]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda w, b, x, T: None, "must return two things"),
        (lambda w, b, x, T: my_correct_function(w, b, x, T)[0], "must return two things"),
        (lambda w, b, x, T: ([], []), r"the weight gradients are given for layers \[\]; expected layers 1 to 3"),
        (bad_shape, r"the bias gradients\[1\] has shape \(4, 5\); expected \(4,\)"),
        (lambda w, b, x, T: ({r: w[r] * np.nan for r in w}, b), r"the weight gradients\[1\] holds NaN"),
    ],
)
def test_what_a_function_may_not_return_is_said(function: gradient_check.MyFunction, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_gradient(function)


def test_what_the_function_raises_is_passed_on() -> None:
    def function(weights: Layers, biases: Layers, x: np.ndarray, T: np.ndarray) -> tuple[list, list]:
        raise KeyError("my own mistake")

    with pytest.raises(KeyError, match="my own mistake"):
        check_gradient(function)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reduction": "max"}, "expected one of sum, mean"),
        ({"layers": 0}, "expected a whole number, 1 or more"),
        ({"layers": True}, "expected a whole number, 1 or more"),
        ({"activation": "swish"}, "unknown activation"),
        ({"loss": "hinge"}, "loss is 'hinge'"),
    ],
)
def test_what_check_gradient_cannot_do_is_said(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_gradient(my_correct_function, **arguments)

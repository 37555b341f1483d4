"""``check_gradient`` on right functions and on planted bugs."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from layerwise.derive import gradient_check
from layerwise.derive.activations import ACTIVATIONS, find_activation
from layerwise.derive.checked_network import LOSSES, Network
from layerwise.derive.equations import Gradients, Layers, Loss
from layerwise.derive.gradient_check import check_gradient
from layerwise.derive.known_bugs import BUGS, gradients_with_bugs


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
    # Seed 1: with seed 0 the four layers of ReLUs are dead.
    assert check_gradient(function, activation=activation, loss=loss, reduction=reduction, layers=4, seed=1)


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
    if reduction == "sum" or bug.endswith(("sum", "mean"))
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
    named: set[str] = set()
    for bug, activation, loss, reduction in CASES:
        if bug not in named:
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
        (
            lambda w, b, x, T: ({r: w[r] * np.nan for r in w}, b),
            r"the weight gradients\[1\] holds NaN .* Look first at",
        ),
        (lambda w, b, x, T: np.zeros((3, 4, 4)), r"it returned: array of shape \(3, 4, 4\)\. Look first at the return"),
        (
            lambda w, b, x, T: (np.zeros((2, 4, 4)), b),
            r"the weight gradients are an array of shape \(2, 4, 4\); expected",
        ),
        (
            lambda w, b, x, T: (np.zeros((3, 5, 4)), b),
            r"the weight gradients\[1\] has shape \(5, 4\); expected \(4, 4\)",
        ),
        (lambda w, b, x, T: (w, np.zeros((3, 5))), r"the bias gradients\[1\] has shape \(5,\); expected \(4,\), or"),
        (
            lambda w, b, x, T: ({2: w[2], 3: w[3], 4: w[1]}, b),
            r"for layers \[2, 3, 4\]; expected layers 1 to 3\. Look first",
        ),
        (lambda w, b, x, T: {"W1": w[1], "b1": b[1]}, r"for layers \['W1'\]; expected layers 1 to 3"),
        (lambda w, b, x, T: ("weights", "biases"), r"expected layers 1 to 3\. Look first"),
        (lambda w, b, x, T: (["a", "b", "c"], b), r"has type <U1.*Look first"),
        (
            lambda w, b, x, T: (w[1], b[1]),
            r"the weight gradients are an array of shape \(4, 4\); expected layers 1 to 3",
        ),
        (lambda w, b, x, T: (3.0, b), r"the weight gradients are .*; expected an array for each of the layers 1 to 3"),
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
        ({"seed": -1}, "expected a whole number, 0 or more"),
        ({"layers": 0}, "expected a whole number, 1 or more"),
        ({"layers": True}, "expected a whole number, 1 or more"),
        ({"activation": "swish"}, "unknown activation"),
        ({"loss": "hinge"}, "loss is 'hinge'"),
    ],
)
def test_what_check_gradient_cannot_do_is_said(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_gradient(my_correct_function, **arguments)


OWN = """
def own(weights, biases, x, T, rate=0.25):
    w, R, P, nu, y, delta, dW, db = dict(weights), len(weights), x.shape[1], {}, {0: x}, {}, {}, {}
    for r in range(1, R + 1):
        nu[r] = w[r] @ y[r - 1] + biases[r][:, None]
        y[r] = f(nu[r])
    y[R] = np.exp(nu[R]) / np.exp(nu[R]).sum(axis=0)
    delta[R] = y[R] - T
    for r in range(R, 0, -1):
        dW[r] = delta[r] @ y[r - 1].T
        db[r] = delta[r].sum(axis=1)
        if r > 1:
            arriving = w[r].T @ delta[r]
            delta[r - 1] = arriving * f_prime(nu[r - 1])
    return dW, db
"""
"""Softmax and cross-entropy as readers write it, beside the book's two implementations."""


F = {
    "sigmoid": (lambda nu: 1 / (1 + np.exp(-nu)), lambda nu: np.exp(-nu) / (1 + np.exp(-nu)) ** 2),
    "tanh": (np.tanh, lambda nu: 1 - np.tanh(nu) ** 2),
    "relu": (lambda nu: np.maximum(nu, 0), lambda nu: 1.0 * (nu > 0)),
}
DELTA, DW, DB = "delta[R] = y[R] - T", "dW[r] = delta[r] @ y[r - 1].T", "db[r] = delta[r].sum(axis=1)"
BACK, SLOPE, LAST = "arriving = w[r].T @ delta[r]", "arriving * f_prime(nu[r - 1])", "return dW, db"


def own(change: dict[str, str] | None = None, activation: str = "sigmoid") -> gradient_check.MyFunction:
    """The function of ``OWN`` with some of its lines changed."""
    source = OWN
    for old, new in (change or {}).items():
        assert source.count(old) == 1
        source = source.replace(old, new)
    f, f_prime = F[activation]
    names: dict = {"np": np, "f": f, "f_prime": f_prime}
    exec(source, names)
    return names["own"]


def check_own(change: dict[str, str] | None = None, activation: str = "sigmoid", **arguments: Any) -> Any:
    return check_gradient(own(change, activation), activation=activation, loss="cross_entropy", **arguments)


KINDS = [
    ("weights_updated_first", "sigmoid", {DW: f"{DW}; w[r] = w[r] - rate * dW[r]"}, "learning rate 0.25"),
    ("weights_updated_first", "tanh", {DW: f"{DW}; w[r] = w[r] - rate / P * dW[r]"}, "learning rate 0.05"),
    ("softmax_slope_added", "tanh", {DELTA: "delta[R] = (y[R] - T) * y[R] * (1 - y[R])"}, "y(1 − y)"),
    ("softmax_slope_diagonal", "relu", {DELTA: "delta[R] = -T / y[R] * y[R] * (1 - y[R])"}, "−T/y · y(1 − y)"),
    ("softmax_slope_missing", "tanh", {DELTA: "delta[R] = -T / y[R]"}, "−T/y"),
    ("binary_cross_entropy", "tanh", {DELTA: "delta[R] = (1 - T) / (1 - y[R]) - T / y[R]"}, "(y − T)/(y(1 − y))"),
    ("formula_of_y_at_nu", "sigmoid", {SLOPE: "arriving * nu[r - 1] * (1 - nu[r - 1])"}, "evaluated at ν"),
    ("formula_of_y_at_nu", "tanh", {SLOPE: "arriving * (1 - nu[r - 1] ** 2)"}, "evaluated at ν"),
    ("f_prime_of_y", "tanh", {SLOPE: "arriving * f_prime(y[r - 1])"}, "evaluated at y"),
    ("f_prime_of_y", "sigmoid", {SLOPE: "arriving * f_prime(y[r - 1])"}, "evaluated at y"),
    ("hidden_f_prime_missing", "sigmoid", {SLOPE: "arriving"}, "missing in the hidden"),
    ("tanh_slope_of_y", "sigmoid", {SLOPE: "arriving * (1 - y[r - 1] ** 2)"}, "tanh's, 1 − y²"),
    ("sigmoid_slope_of_y", "relu", {SLOPE: "arriving * y[r - 1] * (1 - y[r - 1])"}, "the sigmoid's, y(1 − y)"),
    ("relu_slope", "tanh", {SLOPE: "arriving * (nu[r - 1] > 0)"}, "ReLU's"),
    ("mask_of_gradient", "relu", {SLOPE: "np.where(arriving <= 0, 0, arriving)"}, "sign of ν"),
    ("hidden_slope_of_next_layer", "tanh", {SLOPE: "arriving * f_prime(nu[r])"}, "ν(r+1)"),
    (
        "constant_factors",
        "tanh",
        {LAST: "return {r: 2 * dW[r] for r in dW}, {r: 4 * db[r] for r in db}"},
        "your weights are 2 times, your biases 4 times too large:",
    ),
    ("constant_factors", "tanh", {DW: f"{DW} / P**2", DB: f"{DB} / P**2"}, "a mean of a mean"),
    ("weight_gradient_mean", "relu", {DW: f"{DW} / P"}, "weights' gradient is a mean"),
    ("bias_gradient_mean", "tanh", {DB: "db[r] = delta[r].mean(axis=1)"}, "biases' gradient is a mean"),
    ("mean_for_sum", "tanh", {DW: f"{DW} / P", DB: f"{DB} / P"}, "mean over the patterns"),
    ("regularisation", "sigmoid", {DW: f"{DW} + 0.003 * w[r]"}, "multiple is 0.003"),
    ("regularisation_of_biases", "tanh", {DW: f"{DW} + 0.5 * w[r]", DB: f"{DB} + 0.5 * biases[r]"}, "multiple is 0.5"),
    ("bias_sum_without_axis", "sigmoid", {DB: "db[r] = np.sum(delta[r])"}, "axis=1"),
    (
        "first_pattern_only",
        "tanh",
        {DW: "dW[r] = np.outer(delta[r][:, 0], y[r - 1][:, 0])", DB: "db[r] = delta[r][:, 0]"},
        "only the first pattern",
    ),
    (
        "last_pattern_only",
        "tanh",
        {DW: "dW[r] = np.outer(delta[r][:, -1], y[r - 1][:, -1])", DB: "db[r] = delta[r][:, -1]"},
        "only the last pattern",
    ),
    ("x_for_y", "sigmoid", {DW: "dW[r] = delta[r] @ x.T"}, "the input x"),
    ("y_of_same_layer", "sigmoid", {DW: "dW[r] = delta[r] @ y[r].T"}, "own output"),
    ("layers_reversed", "tanh", {LAST: "return list(dW.values()), list(db.values())"}, "from the output backwards"),
    ("sign", "tanh", {DELTA: "delta[R] = T - y[R]"}, "sign"),
    ("factor_two", "tanh", {DELTA: "delta[R] = 2 * (y[R] - T)"}, "factor 2"),
    ("weights_transposed", "tanh", {BACK: "arriving = w[r] @ delta[r]"}, "transposed"),
    ("weights_of_same_layer", "tanh", {BACK: "arriving = w[r - 1].T @ delta[r]"}, "w(r)"),
    ("gradient_transposed", "tanh", {DW: "dW[r] = y[r - 1] @ delta[r].T"}, "transposed"),
    ("bias_gradient_forgotten", "relu", {LAST: "return dW, None"}, "missing"),
    ("bias_not_added", "relu", {" + biases[r][:, None]": ""}, "left out"),
    (
        "softmax_over_patterns",
        "tanh",
        {"np.exp(nu[R]).sum(axis=0)": "np.exp(nu[R]).sum(axis=1, keepdims=True)"},
        "axis=0",
    ),
]
"""Kinds of wrong lines in public code: the bug's name, and words that are printed."""


@pytest.mark.parametrize("layers", [2, 3, 6])
@pytest.mark.parametrize(("bug", "activation", "change", "words"), KINDS)
def test_each_kind_seen_in_public_code_is_named(
    bug: str, activation: str, change: dict[str, str], words: str, layers: int
) -> None:
    result = check_own(change, activation, layers=layers)
    assert not result and result.bugs == (bug,)
    assert words in result.verdict and "\nLook first at " in result.verdict


def test_every_message_of_an_unknown_bug_says_where_to_look_first() -> None:
    noise = np.arange(16.0).reshape(4, 4) / 7
    for change, words in (
        ({DW: f"{DW} + noise"}, "the line of the weights' gradient, in layer 3: its biases agree"),
        ({DB: f"{DB} + noise[0]"}, "the line of the biases' gradient, in layer 3: its weights agree"),
        ({DELTA: f"{DELTA} + noise[:, :1]"}, "the line that computes δ(R)"),
        ({BACK: f"{BACK} + noise[:, :1]"}, "the line that steps from δ(r+1) to δ(r), for r = 2: δ(3) is right"),
    ):
        function = own(change)
        function.__globals__["noise"] = noise
        result = check_gradient(function, activation="sigmoid", loss="cross_entropy")
        assert not result and result.bugs == () and f"Look first at {words}" in result.verdict


CONTAINERS: dict[str, Callable[[dict, dict, int], Any]] = {
    "dictionaries from 1": lambda w, b, R: (w, b),
    "dictionaries from 0": lambda w, b, R: ({r - 1: w[r] for r in w}, {r - 1: b[r] for r in b}),
    "named": lambda w, b, R: ({f"W{r}": w[r] for r in w}, {f"b{r}": b[r] for r in b}),
    "named from 0, backwards": lambda w, b, R: (
        {f"dW{r - 1}": w[r] for r in reversed(w)},
        {f"db{r - 1}": b[r] for r in b},
    ),
    "one dictionary": lambda w, b, R: {f"dW{r}": w[r] for r in w} | {f"db{r}": b[r] for r in b},
    "one dictionary of two": lambda w, b, R: {"biases": list(b.values()), "weights": list(w.values())},
    "lists": lambda w, b, R: [list(w.values()), list(b.values())],
    "lists with a place for layer 0": lambda w, b, R: ([None, *w.values()], [None, *b.values()]),
    "nested lists": lambda w, b, R: ([w[r].tolist() for r in w], [b[r].tolist() for r in b]),
    "stacked": lambda w, b, R: (np.stack(list(w.values())), np.stack(list(b.values()))),
    "stacked, columns": lambda w, b, R: (np.stack(list(w.values())), np.stack(list(b.values()))[:, :, None]),
    "columns": lambda w, b, R: (w, {r: b[r][:, None] for r in b}),
    "rows": lambda w, b, R: (w, [b[r][None] for r in b]),
    "biases first": lambda w, b, R: (list(b.values()), list(w.values())),
    "biases first, columns": lambda w, b, R: ([b[r][:, None] for r in b], [w[r] for r in w]),
    "biases first, stacked": lambda w, b, R: (np.stack(list(b.values())), np.stack(list(w.values()))),
    "biases first, arrays of objects": lambda w, b, R: (objects(b), objects(w)),
    "one after the other": lambda w, b, R: tuple(array for r in w for array in (w[r], b[r])),
    "all weights, then all biases": lambda w, b, R: [*w.values(), *b.values()],
    "pairs": lambda w, b, R: [(w[r], b[r]) for r in w],
    "in float32": lambda w, b, R: ({r: np.float32(w[r]) for r in w}, {r: np.float32(b[r]) for r in b}),
    "generators": lambda w, b, R: ((w[r] for r in w), (b[r] for r in b)),
}


def objects(layers: dict[int, np.ndarray]) -> np.ndarray:
    array = np.empty(len(layers), object)
    array[:] = [column[:, None] if column.ndim == 1 else column for column in layers.values()]
    return array


@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_right_gradient_is_right_in_whatever_it_comes(
    container: str, layers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    right = own()
    result = check_gradient(
        lambda w, b, x, T: CONTAINERS[container](
            *({r: layer[r] for r in sorted(layer)} for layer in right(w, b, x, T)), layers
        ),
        activation="sigmoid",
        loss="cross_entropy",
        layers=layers,
    )
    assert result and result.verdict.startswith("Right: every layer agrees")
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.startswith("Taken: ")
    assert ("biases, then weights" in printed) == container.startswith("biases first")
    assert ("(4, 1)" in printed) == ("columns" in container or "objects" in container)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("layers", [1, 2, 5, 10, 20, 40])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_right_gradient_is_never_wrong(activation: str, layers: int, loss: Loss) -> None:
    for seed in (0, 3):
        result = check_gradient(
            with_bugs((), activation, loss), activation=activation, loss=loss, layers=layers, seed=seed
        )
        live = (result.table["numeric"] > 0).all()
        assert result.verdict.startswith("Right:" if live else "No verdict, nothing to compare")
        assert result.correct == live and result.bugs == ()
        assert live or activation == "relu"


def test_a_dead_network_is_no_proof() -> None:
    def zeros(w: Layers, b: Layers, x: np.ndarray, T: np.ndarray) -> tuple[list, list]:
        return [0 * w[r] for r in w], [0 * b[r] for r in b]

    dead = check_gradient(zeros, activation="relu", layers=40, seed=3)
    assert not dead and "nothing to compare: this network is dead (seed 3); try seed " in dead.verdict
    assert dead.table["difference"].isna().all() and "Look first at " in dead.verdict
    advised = int(dead.verdict.split("try seed ")[1].split(".")[0])
    arguments = {"activation": "relu", "layers": 40, "seed": advised}
    assert check_gradient(with_bugs((), "relu", "squared_error"), **arguments)
    assert not check_gradient(zeros, **arguments)
    partly = check_gradient(with_bugs((), "relu", "squared_error"), activation="relu", layers=40, seed=1)
    assert not partly and "nothing to compare in layers 1 to 26: this network is dead (seed 1)" in partly.verdict
    bugs = check_gradient(with_bugs(("sign",), "relu", "squared_error"), activation="relu", layers=40, seed=1)
    assert bugs.bugs == ("sign",)
    assert "Other bugs may give the same numbers here: in layers 1 to 26 this network is dead (seed 1)" in bugs.verdict
    endless = check_gradient(with_bugs((), "relu", "squared_error"), activation="relu", layers=200)
    assert "try fewer layers than 200" in endless.verdict


@pytest.mark.parametrize("layers", [1, 3, 20])
def test_central_differences_where_the_activation_takes_no_complex_numbers(layers: int) -> None:
    real = replace(find_activation("sigmoid"), name="real", analytic=False)

    def function(w: Layers, b: Layers, x: np.ndarray, T: np.ndarray) -> Gradients:
        return Network([4] * (len(w) + 1), real, "squared_error", weights=w, biases=b).derivatives(x, T)

    result = check_gradient(function, activation=real, layers=layers)
    assert bool(result) == (layers < 20) and result.bugs == ()
    assert ("below the rounding of central differences there; try fewer layers" in result.verdict) == (layers == 20)


def test_the_constants_of_two_bugs_stand_behind_their_own_sentence() -> None:
    both = check_own({DW: f"{DW} / P; w[r] = w[r] - rate * dW[r]", DB: f"{DB} / P"})
    assert both.bugs == ("weights_updated_first", "mean_for_sum")
    assert "then the steps (with the learning rate 0.25, these are exactly your numbers); and there" in both.verdict


@pytest.mark.parametrize(
    ("weights", "biases", "words"),
    [
        ("1.5", "1", "your weights are 1.5 times too large, your biases right"),
        ("0.5", "0.5", "your weights and biases are 2 times too small: 2/4 is a mean over the output units"),
        ("1 / 20", "1 / 4", "your weights are 20 times too small, your biases 4 times too small"),
        ("r", "-3", "in layer 2 your weights are 2 times too large, your biases -3 times the right ones; in layer 3"),
        ("0", "0", "your weights and biases are all zeros"),
    ],
)
def test_constant_factors_are_told(weights: str, biases: str, words: str) -> None:
    result = check_own({DW: f"{DW} * {weights}", DB: f"{DB} * {biases}"})
    assert result.bugs == ("constant_factors",) and words in result.verdict

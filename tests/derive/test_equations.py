"""The equations: cases worked on paper, the index form with loops, properties."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwise.derive import equations
from layerwise.derive.activations import ACTIVATIONS
from layerwise.derive.checked_network import LOSSES, Network
from layerwise.derive.equations import Loss, log_softmax, softmax


def random_case(sizes: list[int], patterns: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.normal(size=(patterns, sizes[0])), random.integers(0, sizes[-1], patterns)


# A 2-2-1 network, one pattern, worked on paper. Chosen so that no number needs a calculator: ReLU in both layers.
#
#     x = (1, 2), T = 1
#     w(1) = ( 1  1 )   b(1) = ( -1 )      w(2) = ( 2  3 )   b(2) = ( 1 )
#            ( 1 -1 )          (  0 )
#
# forward:  ν1(1) = 1·1 + 1·2 - 1 = 2         y1(1) = relu(2)  = 2
#           ν2(1) = 1·1 - 1·2 + 0 = -1        y2(1) = relu(-1) = 0
#           ν1(2) = 2·2 + 3·0 + 1 = 5         y1(2) = relu(5)  = 5
# error:    E = ½ (1 - 5)² = 8
# backward: δ1(2) = f'(5) (5 - 1) = 1·4 = 4
#           δ1(1) = 4·2·f'(2)  = 8·1 = 8
#           δ2(1) = 4·3·f'(-1) = 12·0 = 0
# gradient: ∂E/∂w(2) = δ(2) y(1) = ( 4·2  4·0 ) = ( 8  0 )       ∂E/∂b(2) = 4
#           ∂E/∂w(1) = ( 8·1  8·2 ) = ( 8  16 )                  ∂E/∂b(1) = ( 8 )
#                      ( 0·1  0·2 )   ( 0   0 )                             ( 0 )
# step:     ε = 0.01: w(2) = (2 - 0.08, 3) = (1.92, 3), b(2) = 0.96,
#           w(1) = (0.92, 0.84; 1, -1), b(1) = (-1.08, 0)
PAPER_WEIGHTS = [[[1, 1], [1, -1]], [[2, 3]]]


PAPER_BIASES = [[-1, 0], [1]]


def paper_network() -> Network:
    return Network([2, 2, 1], "relu", "squared_error", weights=PAPER_WEIGHTS, biases=PAPER_BIASES)


def test_relu_2_2_1_network_worked_on_paper() -> None:
    network = paper_network()
    trace = network.trace([[1, 2]], [[1]])
    np.testing.assert_array_equal(trace.nu[1], [[2], [-1]])
    np.testing.assert_array_equal(trace.y[1], [[2], [0]])
    np.testing.assert_array_equal(trace.nu[2], [[5]])
    np.testing.assert_array_equal(trace.y[2], [[5]])
    assert network.error([[1, 2]], [[1]]) == 8
    np.testing.assert_array_equal(trace.delta[2], [[4]])
    np.testing.assert_array_equal(trace.delta[1], [[8], [0]])
    gradients = network.gradients([[1, 2]], [[1]])
    np.testing.assert_array_equal(gradients.weights[2], [[8, 0]])
    np.testing.assert_array_equal(gradients.biases[2], [4])
    np.testing.assert_array_equal(gradients.weights[1], [[8, 16], [0, 0]])
    np.testing.assert_array_equal(gradients.biases[1], [8, 0])


def test_one_update_of_the_network_worked_on_paper() -> None:
    network = paper_network()
    network.update([[1, 2]], [[1]], 0.01)
    np.testing.assert_allclose(network.weights[2], [[1.92, 3]])
    np.testing.assert_allclose(network.biases[2], [0.96])
    np.testing.assert_allclose(network.weights[1], [[0.92, 0.84], [1, -1]])
    np.testing.assert_allclose(network.biases[1], [-1.08, 0])


def test_sigmoid_2_2_1_network_worked_on_paper() -> None:
    """The chapter's example. With c = ln 3 every sigmoid is a fraction: σ(0) = 1/2 and σ(ln 3) = 3/(1 + 3) = 3/4.

    x = (1, 2), T = 1
    w(1) = ( 2c  -c )   b(1) = (  0 )      w(2) = ( -4c  4c )   b(2) = ( 0 )
           (  c  -c )          ( 2c )

    forward:  ν1(1) = 2c·1 - c·2 + 0  = 0             y1(1) = 1/2
              ν2(1) = c·1 - c·2 + 2c  = c             y2(1) = 3/4
              ν1(2) = -4c·1/2 + 4c·3/4 + 0 = c        y1(2) = 3/4
    error:    E = ½ (1 - 3/4)² = 1/32
    slopes:   σ' = σ (1 - σ): 1/4 where y = 1/2, 3/16 where y = 3/4
    backward: δ1(2) = 3/16 · (3/4 - 1)     = -3/64
              δ1(1) = -3/64 · -4c · 1/4    =  3c/64
              δ2(1) = -3/64 ·  4c · 3/16   = -9c/256
    gradient: ∂E/∂w(2) = -3/64 · ( 1/2  3/4 ) = ( -3/128  -9/256 )        ∂E/∂b(2) = -3/64
              ∂E/∂w(1) = (  3c/64 ·1   3c/64 ·2 ) = (  3c/64    6c/64  )  ∂E/∂b(1) = (  3c/64  )
                         ( -9c/256·1  -9c/256·2 )   ( -9c/256 -18c/256 )             ( -9c/256 )
    """
    c = np.log(3)
    network = Network(
        [2, 2, 1],
        "sigmoid",
        "squared_error",
        weights=[[[2 * c, -c], [c, -c]], [[-4 * c, 4 * c]]],
        biases=[[0, 2 * c], [0]],
    )
    trace = network.trace([[1, 2]], [[1]])
    close = {"rtol": 1e-12, "atol": 1e-13}
    np.testing.assert_allclose(trace.nu[1], [[0], [c]], **close)
    np.testing.assert_allclose(trace.y[1], [[1 / 2], [3 / 4]], **close)
    np.testing.assert_allclose(trace.nu[2], [[c]], **close)
    np.testing.assert_allclose(trace.y[2], [[3 / 4]], **close)
    np.testing.assert_allclose(network.error([[1, 2]], [[1]]), 1 / 32, **close)
    np.testing.assert_allclose(trace.delta[2], [[-3 / 64]], **close)
    np.testing.assert_allclose(trace.delta[1], [[3 * c / 64], [-9 * c / 256]], **close)
    gradients = network.gradients([[1, 2]], [[1]])
    np.testing.assert_allclose(gradients.weights[2], [[-3 / 128, -9 / 256]], **close)
    np.testing.assert_allclose(gradients.biases[2], [-3 / 64], **close)
    np.testing.assert_allclose(gradients.weights[1], [[3 * c / 64, 6 * c / 64], [-9 * c / 256, -18 * c / 256]], **close)
    np.testing.assert_allclose(gradients.biases[1], [3 * c / 64, -9 * c / 256], **close)


def test_softmax_and_cross_entropy_worked_on_paper() -> None:
    # No hidden layer, weights 0, biases ln 1, ln 2, ln 5: y = (1, 2, 5) / 8 whatever x is. Label 1:
    # E = -ln(2/8) = ln 4, δ = y - T = (1/8, -6/8, 5/8), and with x = (3, -2): ∂E/∂w = δ xᵀ.
    network = Network([2, 3], "tanh", weights=[np.zeros((3, 2))], biases=[np.log([1, 2, 5])])
    np.testing.assert_allclose(network.forward([[3, -2]]), [[1 / 8, 2 / 8, 5 / 8]])
    assert network.error([[3, -2]], [1]) == pytest.approx(np.log(4))
    gradients = network.gradients([[3, -2]], [1])
    np.testing.assert_allclose(gradients.biases[1], [1 / 8, -6 / 8, 5 / 8])
    np.testing.assert_allclose(gradients.weights[1], [[3 / 8, -2 / 8], [-18 / 8, 12 / 8], [15 / 8, -10 / 8]])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_index_form_with_loops_gives_the_same_gradients(activation: str, loss: Loss) -> None:
    """The chapter's equations in index form, one sum at a time in Python."""
    sizes = [3, 4, 2, 3]
    network = Network(sizes, activation, loss, seed=1)
    network.biases = {r: np.linspace(-0.3, 0.4, b.size) for r, b in network.biases.items()}
    x, labels = random_case(sizes, 5)
    w, b, R = network.weights, network.biases, network.R
    f, f_prime = network.activation.function, network.activation.derivative
    weights = {r: np.zeros_like(w[r]) for r in w}
    biases = {r: np.zeros_like(b[r]) for r in b}
    for mu in range(len(x)):
        nu, y = {}, {0: x[mu]}
        for r in range(1, R + 1):
            nu[r] = np.array(
                [sum(w[r][i, j] * y[r - 1][j] for j in range(sizes[r - 1])) + b[r][i] for i in range(sizes[r])]
            )
            y[r] = np.array([float(f(nu[r][i])) for i in range(sizes[r])])
        if loss == "cross_entropy":
            total = sum(np.exp(value) for value in nu[R])
            y[R] = np.array([np.exp(value) / total for value in nu[R]])
        T = [1.0 if k == labels[mu] else 0.0 for k in range(sizes[R])]
        slope = [float(f_prime(value)) if loss == "squared_error" else 1.0 for value in nu[R]]
        delta = {R: [slope[i] * (y[R][i] - T[i]) for i in range(sizes[R])]}
        for r in range(R - 1, 0, -1):
            delta[r] = [
                sum(delta[r + 1][k] * w[r + 1][k, i] for k in range(sizes[r + 1])) * float(f_prime(nu[r][i]))
                for i in range(sizes[r])
            ]
        for r in range(1, R + 1):
            for i in range(sizes[r]):
                biases[r][i] += delta[r][i]
                for j in range(sizes[r - 1]):
                    weights[r][i, j] += delta[r][i] * y[r - 1][j]
    ours = network.gradients(x, labels)
    for r in range(1, R + 1):
        np.testing.assert_allclose(ours.weights[r], weights[r], rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(ours.biases[r], biases[r], rtol=1e-11, atol=1e-13)


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=6),
    patterns=st.integers(1, 7),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    loss=st.sampled_from(LOSSES),
)
def test_shapes_and_the_sum_over_patterns(sizes: list[int], patterns: int, activation: str, loss: Loss) -> None:
    network = Network(sizes, activation, loss)
    x, labels = random_case(sizes, patterns)
    trace, gradients = network.trace(x, labels), network.gradients(x, labels)
    assert network.forward(x).shape == (patterns, sizes[-1])
    for r in range(1, network.R + 1):
        assert trace.nu[r].shape == trace.y[r].shape == trace.delta[r].shape == (sizes[r], patterns)
        assert gradients.weights[r].shape == network.weights[r].shape == (sizes[r], sizes[r - 1])
        assert gradients.biases[r].shape == network.biases[r].shape == (sizes[r],)
    # E and its gradients are sums over the patterns.
    one_by_one = [network.gradients(x[[mu]], labels[[mu]]) for mu in range(patterns)]
    np.testing.assert_allclose(gradients.weights[1], sum(g.weights[1] for g in one_by_one), rtol=1e-10, atol=1e-12)
    errors = [network.error(x[[mu]], labels[[mu]]) for mu in range(patterns)]
    assert network.error(x, labels) == pytest.approx(sum(errors))


def test_softmax_is_stable_and_sums_to_one() -> None:
    nu = np.array([[1000.0, -1000.0, 1e308], [1001.0, -1001.0, -1e307], [0.0, -1002.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        probabilities, logarithms = softmax(nu), log_softmax(nu)
    np.testing.assert_allclose(probabilities.sum(axis=0), 1)
    # e / (1 + e) and 1 / (1 + e) for a difference of 1; the third entry is e^-1001, below the smallest float64.
    np.testing.assert_allclose(probabilities[:, 0], [1 / (1 + np.e), np.e / (1 + np.e), 0], rtol=1e-12)
    # ln(1 / (1 + e)) = -1.3132616875..., and -1001 - ln(1 + 1/e) for the entry whose softmax is 0.
    np.testing.assert_allclose(logarithms[:, 0], [-np.log1p(np.e), 1 - np.log1p(np.e), -1000 - np.log1p(np.e)])
    assert np.isfinite(logarithms).all()


def test_cross_entropy_stays_finite_where_the_softmax_is_rounded_to_zero() -> None:
    network = Network([1, 2], "tanh", weights=[[[1000.0], [-1000.0]]])
    assert network.error([[1.0]], [1]) == pytest.approx(2000)


def test_the_equations_are_short_enough_to_be_printed_whole() -> None:
    lines = Path(equations.__file__).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 110 and max(map(len, lines)) <= 96

"""Deriving: activations, the network whose code follows the equations, and what proves both.

Serves the chapters ``backpropagation`` and ``activations``.
"""

from layerwise.derive.activation_checks import (
    central_derivative,
    check_activations,
    complex_step_derivative,
    keras_derivative,
    symbolic,
    symbolic_derivative,
)
from layerwise.derive.activations import (
    ACTIVATIONS,
    LECUN_TANH,
    RELU,
    SIGMOID,
    TANH,
    Activation,
    Interval,
    find_activation,
    lecun_tanh,
)
from layerwise.derive.checked_network import Network
from layerwise.derive.equations import Gradients, Perceptron, log_softmax, softmax
from layerwise.derive.gradient_check import check_gradient
from layerwise.derive.known_bugs import BUGS, gradients_with_bugs
from layerwise.derive.later_activations import LATER_ACTIVATIONS
from layerwise.derive.numerical_derivatives import (
    central_differences,
    complex_step,
    float32_holds,
    keras_gradients,
    relative_differences,
)
from layerwise.derive.slope_check import check_slope

__all__ = [
    "ACTIVATIONS",
    "BUGS",
    "LATER_ACTIVATIONS",
    "LECUN_TANH",
    "RELU",
    "SIGMOID",
    "TANH",
    "Activation",
    "Gradients",
    "Interval",
    "Network",
    "Perceptron",
    "central_derivative",
    "central_differences",
    "check_activations",
    "check_gradient",
    "check_slope",
    "complex_step",
    "complex_step_derivative",
    "find_activation",
    "float32_holds",
    "gradients_with_bugs",
    "keras_derivative",
    "keras_gradients",
    "lecun_tanh",
    "log_softmax",
    "relative_differences",
    "softmax",
    "symbolic",
    "symbolic_derivative",
]

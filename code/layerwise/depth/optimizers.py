"""How an update follows from the gradients: gradient descent, as in the report, and Adam (``vanishing_gradients``)."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

Tensors = list[tf.Tensor]

FIRST_DECAY, SECOND_DECAY, ADAM_EPSILON = 0.9, 0.999, 1e-7
"""Adam's constants as Keras has them; its authors have 1e-8 for the last."""


class Optimizer(NamedTuple):
    """What is remembered from update to update beside the weights, and an update.

    ``start(weights)`` returns the memory before the first update; ``update(weights, gradients, memory, rate)`` returns
    the next weights and memory. Weights and gradients are lists of tensors of the same shapes.
    """

    start: Callable[[Sequence[Any]], Tensors]
    update: Callable[[Sequence[Any], Sequence[Any], Tensors, Any], tuple[Tensors, Tensors]]


def _descend(weights: Sequence[Any], gradients: Sequence[Any], memory: Tensors, rate: Any) -> tuple[Tensors, Tensors]:
    return [w - rate * g for w, g in zip(weights, gradients, strict=True)], memory


def _start_adam(weights: Sequence[Any]) -> Tensors:
    """The number of updates made, then the running means of gradients and of their squares, 0 as yet."""
    return [tf.zeros((), weights[0].dtype), *(tf.zeros_like(w) for w in weights), *(tf.zeros_like(w) for w in weights)]


def _adam(weights: Sequence[Any], gradients: Sequence[Any], memory: Tensors, rate: Any) -> tuple[Tensors, Tensors]:
    """Each entry moves by its mean gradient over the root of its mean square (Kingma and Ba 2015, end of section 2)."""
    made, count = memory[0] + 1, len(weights)
    first = [m + (1 - FIRST_DECAY) * (g - m) for m, g in zip(memory[1 : count + 1], gradients, strict=True)]
    second = [v + (1 - SECOND_DECAY) * (g * g - v) for v, g in zip(memory[count + 1 :], gradients, strict=True)]
    # Both means start at 0: what they lack of the true means is the same factor for all entries.
    step = rate * tf.sqrt(1 - SECOND_DECAY**made) / (1 - FIRST_DECAY**made)
    moved = [w - step * m / (tf.sqrt(v) + ADAM_EPSILON) for w, m, v in zip(weights, first, second, strict=True)]
    return moved, [made, *first, *second]


OPTIMIZERS = {"sgd": Optimizer(lambda weights: [], _descend), "adam": Optimizer(_start_adam, _adam)}
"""By the names that Keras gives them."""

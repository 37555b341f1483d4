"""A convolutional network as the book's chapters take it apart: one step a layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


PICTURES_AT_ONCE = 250
"""Bounds the memory: nine maps of 32 x 32 of so many pictures are 9 MB."""


def convolutions(model: keras.Model) -> list[str]:
    """The names of the model's two-dimensional convolutions, from input to output."""
    return [layer.name for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]


class Step(NamedTuple):
    """One layer in the model's graph."""

    layer: keras.Layer
    inputs: list[Any]
    output: Any


def steps_of(model: keras.Model) -> dict[str, Step]:
    """The layers between picture and output with the tensors that they take and give, by name.

    Read from the tensors' history: ``layer.input`` and ``layer.output`` belong to the first call of a layer, which in
    a sequential model that was saved and loaded is not the call that the model itself makes.
    """
    steps: dict[str, Step] = {}
    waiting = list(model.outputs)
    while waiting:
        tensor = waiting.pop()
        layer, node, _ = tensor._keras_history
        inputs = list(layer._inbound_nodes[node].input_tensors)
        if inputs and layer.name not in steps:
            steps[layer.name] = Step(layer, inputs, tensor)
            waiting += inputs
    return steps


def step_of(model: keras.Model, name: str) -> Step:
    steps = steps_of(model)
    if name not in steps:
        raise ValueError(f"the model has no layer {name!r}; it has {', '.join(layer.name for layer in model.layers)}")
    return steps[name]


def convolution(model: keras.Model, name: str) -> keras.layers.Conv2D:
    layer = step_of(model, name).layer
    if not isinstance(layer, keras.layers.Conv2D):
        raise ValueError(
            f"{name} is a {type(layer).__name__}, not a convolution; the model has {convolutions(model) or 'none'}"
        )
    return layer


def part_of(model: keras.Model, output: Any) -> keras.Model:
    """The model up to a tensor of its graph."""
    return keras.Model(model.inputs[0], output)


def before_activation_of(step: Step) -> Any:
    """The layer's output without its activation function, as a tensor of the model's graph."""
    layer = step.layer
    config = layer.get_config()
    if "activation" not in config or isinstance(layer, keras.layers.Activation):
        raise ValueError(
            f"{layer.name} ({type(layer).__name__}) has no sum and activation of its own; choose a convolution"
        )
    linear = type(layer).from_config({**config, "activation": "linear"})
    output = linear(step.inputs[0])
    linear.set_weights(layer.get_weights())
    return output


def as_pictures(model: keras.Model, x: ArrayLike) -> NDArray[np.float32]:
    x = np.asarray(x)
    shape = tuple(model.inputs[0].shape[1:])
    if x.ndim != 4 or x.shape[1:] != shape or not len(x):
        raise ValueError(f"x has shape {x.shape}; expected pictures (P, {', '.join(map(str, shape))}), at least one")
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x holds {x.dtype}; expected pixels between 0 and 1: pass layerwise.data.scale(x)")
    return x.astype(np.float32, copy=False)


def in_parts(x: Array) -> Iterator[Array]:
    for start in range(0, len(x), PICTURES_AT_ONCE):
        yield x[start : start + PICTURES_AT_ONCE]


def divide(above: Array, below: Array) -> Array:
    """Quotient along the last axis, 0 where the divisor is 0."""
    safe = np.where(below > 0, below, 1.0)
    return np.where(below > 0, above / safe, 0.0)

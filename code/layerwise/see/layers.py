"""A convolutional network as the book's chapters take it apart: a sequence of layers, on their public attributes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def layers_to(model: keras.Sequential, name: str) -> list[keras.Layer]:
    """The layers from the picture to that of this name, inclusive. Where there is none, Keras' ValueError lists all."""
    if not isinstance(model, keras.Sequential):
        raise ValueError(f"{model.name} is a {type(model).__name__}; expected a keras.Sequential, a layer at a time")
    return model.layers[: model.layers.index(model.get_layer(name)) + 1]


def convolution(model: keras.Sequential, name: str) -> keras.layers.Conv2D:
    """The layer of this name, which has to be a convolution."""
    layer = layers_to(model, name)[-1]
    if not isinstance(layer, keras.layers.Conv2D):
        raise ValueError(f"{name} is a {type(layer).__name__}, not a convolution")
    return layer


def after(layers: Iterable[keras.Layer], x: Any) -> Any:
    """What a trained network's first layers make of inputs (P, height, width, channels)."""
    for layer in layers:
        x = layer(x, training=False)
    return x


def sums(model: keras.Sequential, name: str, x: Any) -> Any:
    """nu (P, height, width, filters) of a convolution for inputs: what it hands to its activation function."""
    layer = convolution(model, name)
    products = layer.convolution_op(after(layers_to(model, name)[:-1], x), layer.kernel)
    return products + layer.bias if layer.use_bias else products


def as_pictures(model: keras.Sequential, x: ArrayLike) -> NDArray[np.float32]:
    """Pictures as the model takes them: Keras itself would let pictures of another size pass, and bytes."""
    x = np.asarray(x)
    shape = model.input_shape[1:]
    if x.shape[1:] != shape or not len(x):
        raise ValueError(f"x has shape {x.shape}; expected pictures (P, {', '.join(map(str, shape))}), at least one")
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x holds {x.dtype}; expected pixels between 0 and 1: pass layerwise.data.scale(x)")
    return x.astype(np.float32, copy=False)

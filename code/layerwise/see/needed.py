"""Which parts of a picture and of a network an answer needs (chapter ``filters``)."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from layerwise.see.layers import Array, after, as_pictures


def occlusion_map(model: keras.Model, picture: ArrayLike, target: int, *, side: int = 8, step: int = 2) -> Array:
    """What hiding a part of a picture costs, following Zeiler and Fergus (2014).

    Parameters
    ----------
    model : keras.Model
        Of pictures (P, height, width, channels) and probabilities (P, classes).
    picture : array (height, width, channels)
    target : int
        The class whose probability is watched.
    side, step : int
        A square of ``side`` pixels in the picture's mean colour is moved by ``step`` pixels.

    Returns
    -------
    array (rows, columns)
        For each place of the square, the probability of the whole picture minus that with the square on it.
    """
    picture = np.asarray(picture, np.float32)
    tops, lefts = (range(0, size - side + 1, step) for size in picture.shape[:2])
    hidden = np.repeat(picture[np.newaxis], 1 + len(tops) * len(lefts), axis=0)
    places = [(top, left) for top in tops for left in lefts]
    for copy, (top, left) in zip(hidden[1:], places, strict=True):
        copy[top : top + side, left : left + side] = picture.mean(axis=(0, 1))
    probabilities = np.asarray(model(hidden))[:, target]
    return (probabilities[0] - probabilities[1:]).reshape(len(tops), len(lefts))


def gradient_map(model: keras.Sequential, x: ArrayLike, targets: ArrayLike) -> Array:
    """How the nu of a class changes with each pixel (Simonyan et al. 2014).

    Of nu, not of the probability, whose gradient is next to nothing where the network is sure.

    Parameters
    ----------
    model : keras.Sequential
        Its last layer is dense: nu is what goes into the softmax.
    x : array (P, height, width, channels)
        Pictures, 0 to 1.
    targets : int array (P,)
        Of each picture, the class.

    Returns
    -------
    array (P, height, width, channels)
        The derivative of the class's nu with respect to each pixel.

    Raises
    ------
    ValueError
        For pictures that do not fit, or a last layer that is not dense.
    """
    pixels, last = tf.constant(as_pictures(model, x)), model.layers[-1]
    if not isinstance(last, keras.layers.Dense):
        raise ValueError(f"the last layer is a {type(last).__name__}; expected a dense one")
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        nu = after(model.layers[:-1], pixels) @ last.kernel + (last.bias if last.use_bias else 0)
        chosen = tf.gather(nu, np.asarray(targets), axis=1, batch_dims=1)
    return np.asarray(tape.gradient(chosen, pixels))


def knock_outs(model: keras.Sequential, layer: str, maps: ArrayLike, labels: ArrayLike) -> Array:
    """What each class loses when one map of a layer is set to 0.

    Parameters
    ----------
    model : keras.Sequential
    layer : str
        The layer whose output ``maps`` (P, rows, columns, filters) is.
    maps, labels : arrays
        Of P pictures.

    Returns
    -------
    array (filters, classes)
        The share of right answers in each class, minus that without the filter.
    """
    maps, labels = np.asarray(maps), np.asarray(labels)
    names = [one.name for one in model.layers]
    rest = model.layers[names.index(layer) + 1 :]
    classes = np.arange(labels.max() + 1)

    def shares(signal: Array) -> Array:
        for one in rest:
            signal = one(signal, training=False) if isinstance(one, keras.layers.Dropout) else one(signal)
        right = np.asarray(signal).argmax(axis=1) == labels
        return np.array([right[labels == c].mean() for c in classes])

    whole = shares(maps)
    kept = 1 - np.eye(maps.shape[-1], dtype=maps.dtype)
    return np.stack([whole - shares(maps * one) for one in kept])

"""How large the gradients are, layer by layer (chapter ``vanishing_gradients``).

Everything is computed in float64, also for a model that trains in float32: the first layer of a 40-layer sigmoid
network has gradients near 1e-25, whose squares float32 rounds to 0, so that a norm computed there is exactly 0 and a
logarithmic plot drops it without a word.

The loss is the mean over the patterns, as in training: the book's E divided by P (chapter ``backpropagation``).
"""

from collections.abc import Iterable, Iterator, Sequence
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from layerwise.depth.mean_field import signals_and_gradients
from layerwise.depth.models import layer_sizes, stacked_initial_weights
from layerwise.derive.activations import Activation, Array, find_activation
from layerwise.derive.checked_network import Network, target_columns
from layerwise.derive.equations import log_softmax
from layerwise.keep.arguments import finite_numbers

KINDS = ("weights", "biases", "delta")


_PATTERNS_AT_ONCE = 4096
"""Bounds the memory: 40 layers of 32 units for 4,096 patterns are 42 MB."""


COLUMNS = ("layer", "kind", "largest", "signed_maximum", "root_mean_square", "one_pattern")


Row = tuple[Any, ...]
"""One row of a table, in the order of ``COLUMNS``: tables have thousands, and dictionaries would take longer."""


class _LayerSizes:
    """Collects, chunk of patterns by chunk, what the table says of one layer."""

    def __init__(self) -> None:
        self.patterns = 0
        self.weights: Any = 0.0
        self.biases: Any = 0.0
        self.weight_norm = self.delta_norm = 0.0
        self.delta_largest, self.delta_maximum = 0.0, -np.inf

    def add(self, y: Array, delta: Array, weights: Array, biases: Array) -> None:
        """One chunk: outputs of the layer before (n_{r-1}, P), delta (n_r, P), gradients summed over the patterns."""
        self.patterns += delta.shape[1]
        self.weights = self.weights + weights
        self.biases = self.biases + biases
        maximum, scale = _maxima(delta)
        squares = np.square(delta / (scale or 1.0)).sum(axis=0)
        # The norm of delta_i y_j over i and j is the product of the two norms.
        self.weight_norm = float(np.hypot(self.weight_norm, scale * np.sqrt(squares @ np.square(y).sum(axis=0))))
        self.delta_norm = float(np.hypot(self.delta_norm, scale * np.sqrt(squares.sum())))
        self.delta_largest, self.delta_maximum = max(self.delta_largest, scale), max(self.delta_maximum, maximum)

    def rows(self, layer: int) -> Iterator[Row]:
        P, n = self.patterns, len(self.biases)
        delta = self.delta_norm / sqrt(n * P)
        for kind, gradient, one_pattern in (
            ("weights", self.weights / P, self.weight_norm / sqrt(self.weights.size * P)),
            ("biases", self.biases / P, delta),
        ):
            maximum, largest = _maxima(gradient)
            # Scaled by the largest entry, so that no square underflows.
            mean_square = np.square(gradient / (largest or 1.0)).sum() / gradient.size
            yield layer, kind, largest, maximum, largest * sqrt(mean_square), one_pattern
        yield layer, "delta", self.delta_largest, self.delta_maximum, delta, delta


def _maxima(values: Array) -> tuple[float, float]:
    """The largest value, and the largest absolute value."""
    maximum = float(values.max())
    return maximum, max(maximum, -float(values.min()))


def _rows(network: Network, x: Array, y: Array) -> list[Row]:
    layers = {r: _LayerSizes() for r in range(1, network.R + 1)}
    for start in range(0, len(x), _PATTERNS_AT_ONCE):
        chunk = slice(start, start + _PATTERNS_AT_ONCE)
        trace = network.trace(x[chunk], y[chunk])
        for r, sizes in layers.items():
            outputs, delta = trace.y[r - 1], trace.delta[r]
            sizes.add(outputs, delta, delta @ outputs.T, delta.sum(axis=1))
    return [row for r, sizes in layers.items() for row in sizes.rows(r)]


def network_gradients(network: Network, x: ArrayLike, y: ArrayLike) -> pd.DataFrame:
    """The sizes of the gradients of a ``Network``, as :func:`layer_gradients` gives them for a Keras model.

    Parameters
    ----------
    network : Network
        R layers.
    x : array (P, ...)
        One pattern a row; images are flattened to n_0 numbers.
    y : array (P,) of labels or (P, n_R) of target rows

    Returns
    -------
    DataFrame
        One row per layer and kind, 3 R in all; see :func:`layer_gradients`.

    Raises
    ------
    ValueError
        For patterns or targets that do not fit the network.
    """
    x, y = _patterns(x, y)
    return pd.DataFrame(_rows(network, x.reshape(len(x), -1), y), columns=COLUMNS)


def _patterns(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim < 2 or y.ndim < 1 or len(x) == 0 or len(x) != len(y):
        raise ValueError(
            f"x has shape {x.shape} and y has shape {y.shape}; expected the same number of rows, at least one pattern"
        )
    return x, y


def initial_gradients(
    activation: str | Activation,
    layers: int,
    x: ArrayLike,
    y: ArrayLike,
    seeds: Iterable[int],
    *,
    initializer: str = "glorot_uniform",
    units: int = 32,
) -> pd.DataFrame:
    """The sizes of the gradients of many networks before any training.

    Parameters
    ----------
    activation : str or Activation
    layers : int
        R: R - 1 hidden layers of ``units`` units and the softmax of ten units, with cross-entropy.
    x, y : arrays
        (P, 28, 28) or (P, 784), and labels or target rows, as for :func:`network_gradients`.
    seeds : iterable of int
        One network each, with the weights of ``models.mlp(..., seed=seed)``, from which ``training`` starts too.
    initializer, units
        As for ``models.mlp``.

    Returns
    -------
    DataFrame
        The columns of :func:`layer_gradients` after a column ``seed``; 3 R rows per seed.

    Raises
    ------
    ValueError
        As from ``models.mlp``; for patterns and targets that do not fit.
    """
    x, y = _patterns(x, y)
    seeds = list(seeds)
    stacks = stacked_initial_weights(layers, seeds, units=units, initializer=initializer)
    rows = []
    # Matrices of 32 units are too small for several threads: these spend their time waiting for one another.
    with threadpool_limits(1, "blas"):
        for s, seed in enumerate(seeds):
            network = keras_network(activation, [stack[s] for stack in stacks])
            rows += [(seed, *row) for row in _rows(network, x.reshape(len(x), -1), y)]
    return pd.DataFrame(rows, columns=("seed", *COLUMNS))


def relative_gradients(
    activation: str | Activation,
    layers: int,
    x: ArrayLike,
    y: ArrayLike,
    seeds: Iterable[int],
    *,
    initializer: str = "glorot_uniform",
    units: int = 32,
) -> pd.DataFrame:
    """The gradients of single patterns before any training, each hidden layer's relative to the last one's.

    What mean-field theory speaks of, measured; :func:`predicted_gradients` is its counterpart.

    Parameters
    ----------
    activation, layers, x, y, seeds, initializer, units
        As for :func:`initial_gradients`.

    Returns
    -------
    DataFrame
        One row per seed, kind and hidden layer. ``activation`` (its name), ``layers``, ``initializer``: the case.
        ``seed``, ``layer``, ``kind``, ``one_pattern``: as in :func:`initial_gradients`. ``size``: ``one_pattern``
        over that of layer R - 1 in the same network.

    Raises
    ------
    ValueError
        As :func:`initial_gradients`.
    """
    table = initial_gradients(activation, layers, x, y, seeds, initializer=initializer, units=units)
    hidden = table.loc[table["layer"] < layers, ["seed", "layer", "kind", "one_pattern"]]
    last = hidden[hidden["layer"] == layers - 1].set_index(["seed", "kind"])["one_pattern"]
    own_last = last.reindex(pd.MultiIndex.from_frame(hidden[["seed", "kind"]])).to_numpy()
    return _of_case(hidden.assign(size=hidden["one_pattern"] / own_last), activation, layers, initializer)


def predicted_gradients(
    activation: str | Activation,
    layers: int,
    x: ArrayLike,
    *,
    initializer: str = "glorot_uniform",
    units: int = 32,
) -> pd.DataFrame:
    """What mean-field theory says of the sizes that :func:`relative_gradients` measures.

    Parameters
    ----------
    activation, layers, initializer, units
        As for :func:`relative_gradients`.
    x : array
        The patterns, of which theory uses the mean square alone.

    Returns
    -------
    DataFrame
        One row per kind and hidden layer, with the columns ``activation``, ``layers``, ``initializer``, ``layer``,
        ``kind`` and ``size``.

    Raises
    ------
    ValueError
        As :func:`layerwise.depth.mean_field.signals_and_gradients`.
    """
    moment = float(np.mean(np.square(x, dtype=np.float64)))
    theory = signals_and_gradients(activation, layer_sizes(layers, units), initializer, moment)
    tidy = theory.reset_index().melt("layer", list(KINDS), "kind", "size")
    return _of_case(tidy, activation, layers, initializer)


def _of_case(table: pd.DataFrame, activation: str | Activation, layers: int, initializer: str) -> pd.DataFrame:
    return table.assign(activation=find_activation(activation).name, layers=layers, initializer=initializer)


def keras_network(activation: str | Activation, parameters: Sequence[ArrayLike]) -> Network:
    """The book's network, in float64, with the weights of a Keras perceptron that ends in a softmax.

    Parameters
    ----------
    activation : str or Activation
        Of the hidden layers.
    parameters : sequence of array
        As ``model.get_weights()`` gives them: per layer the weights (n_{r-1}, n_r), then the biases (n_r,).
    """
    weights, biases = [np.transpose(kernel) for kernel in parameters[0::2]], list(parameters[1::2])
    sizes = (weights[0].shape[1], *(len(w) for w in weights))
    return Network(sizes, activation, weights=weights, biases=biases)


def layer_gradients(model: Any, x: ArrayLike, y: ArrayLike, *, training: bool = False) -> pd.DataFrame:
    """The sizes of the gradients of a Keras model with a softmax, differentiated by TensorFlow in a float64 copy.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, with one input and one output. Its ``Dense`` layers are the layers r = 1..R in the
        order of ``model.layers``; batch normalisation, additions and the like are differentiated through, and have no
        rows. The model itself is left as it is.
    x : array (P, ...)
        Patterns, in the shape that the model takes.
    y : array (P,) of labels or (P, n_R) of target rows
        0..n_R-1, or one row of targets a pattern.
    training : bool, default False
        Whether batch normalisation uses the batch's own mean and variance, as it does while training. The patterns
        then depend on one another and are taken all at once.

    Returns
    -------
    DataFrame
        One row per layer and kind. ``layer``: 1..R. ``kind``: ``weights`` and ``biases`` (gradients of the
        cross-entropy, means over the patterns), ``delta`` (of single patterns: the derivative of a pattern's own E by
        nu). ``largest``: the largest absolute value over all entries. ``signed_maximum``: the largest value, sign kept,
        which the report plots as 'max gradient'; it is negative where all entries are. ``root_mean_square``: over all
        entries; for delta over units and patterns. ``one_pattern``: root mean square of the gradients of single
        patterns, over entries and patterns: delta_i y_j for the weights, delta_i for the biases. It is what mean-field
        theory predicts, and ``root_mean_square`` is smaller as far as the patterns cancel.

    Raises
    ------
    ValueError
        For patterns or targets that do not fit, or a model without a softmax.
    """
    x, y = _patterns(finite_numbers("x", x), y)
    copy, layers = _recording_copy(model)
    T = target_columns(y, len(x), int(copy.output_shape[-1])).T
    sizes = [_LayerSizes() for _ in layers]
    at_once = len(x) if training else _PATTERNS_AT_ONCE
    for start in range(0, len(x), at_once):
        chunk = slice(start, start + at_once)
        for one, parts in zip(sizes, _differentiate(copy, layers, x[chunk], T[chunk], training), strict=True):
            one.add(*parts)
    return pd.DataFrame([row for r, one in enumerate(sizes, start=1) for row in one.rows(r)], columns=COLUMNS)


class _Recorder:
    """Stands in for a Dense layer's ``call``: keeps the layer's input y and its nu, which Keras does not show."""

    def __init__(self, layer: Any, activation: Any) -> None:
        self.layer, self.activation, self.call = layer, activation, layer.call
        self.y: Any = None
        self.nu: Any = None
        layer.call = self

    def __call__(self, inputs: Any, training: Any = None) -> Any:
        self.y, self.nu = inputs, self.call(inputs)
        return self.activation(self.nu)


def _recording_copy(model: Any) -> tuple[Any, list[_Recorder]]:
    """The model in float64, and a recorder for each of its Dense layers."""
    import keras

    recorders = []

    def in_float64(layer: Any) -> Any:
        if not isinstance(layer, keras.layers.Dense):
            return layer.__class__.from_config({**layer.get_config(), "dtype": "float64"})
        # Not from its configuration: a reader's own activation need not be one that Keras can write down.
        copy = keras.layers.Dense(layer.units, use_bias=layer.use_bias, name=layer.name, dtype="float64")
        recorders.append(_Recorder(copy, layer.activation))
        return copy

    inputs = keras.Input(batch_shape=model.input_shape, dtype="float64")
    copy = keras.models.clone_model(model, input_tensors=inputs, clone_function=in_float64)
    copy.set_weights(model.get_weights())
    order = {id(layer): place for place, layer in enumerate(copy.layers)}
    recorders = sorted((one for one in recorders if id(one.layer) in order), key=lambda one: order[id(one.layer)])
    return copy, recorders


def _differentiate(
    model: Any, layers: list[_Recorder], x: Array, T: Array, training: bool
) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Per layer: its input and delta (units x patterns), its weights' (n_r, n_{r-1}) and biases' gradients of E."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        answers = model(tf.constant(x, tf.float64), training=training)
        # From nu, not from the softmax's answers, which Keras would clip at 1e-7.
        nu = layers[-1].nu
        if not np.allclose(np.exp(log_softmax(nu.numpy().T)).T, answers.numpy(), rtol=0, atol=1e-9):
            raise ValueError("the model does not end in a softmax; expected one")
        error = -tf.reduce_sum(T * tf.nn.log_softmax(nu))
    sources = [(one.nu, one.layer.kernel, one.layer.bias if one.layer.use_bias else one.nu) for one in layers]
    for one, (delta, weights, biases) in zip(layers, tape.gradient(error, sources), strict=True):
        biases = biases if one.layer.use_bias else tf.reduce_sum(delta, axis=0)
        yield one.y.numpy().T, delta.numpy().T, weights.numpy().T, biases.numpy()

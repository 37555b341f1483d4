"""The compiled trainer that all experiments with multilayer perceptrons use (chapter ``activation_and_depth``).

``model.fit`` spends most of its time between the updates of networks as small as the report's. Here a whole epoch is
one compiled loop over data that are already where it runs; Python is not asked in between. Several seeds train side by
side in it, their weights stacked along a leading axis, and there is one stack for each core.

A run depends on its seed and its settings alone. Which seeds share its stack, how large the stack is and how many
threads run change no bit of its result. That holds on one machine: another processor rounds differently, and with
another number of cores the last digits of the loss on the test set change, though not the weights.
"""

from __future__ import annotations

import functools
import itertools
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from layerwise.data.digits import Digits
from layerwise.depth.models import ALLOWED, CLASSES, PIXELS, check_seed, hidden_function, initial_weights, layer_sizes
from layerwise.depth.optimizers import OPTIMIZERS
from layerwise.derive.activations import Activation, find_activation
from layerwise.keep.arguments import check, number, one_of, whole

Array = NDArray[Any]


SMALLEST_STACK = 2
"""The matrix products of a single network are compiled differently and round differently from those of a stack, so
that one seed alone trains beside a copy of itself."""


LARGEST_STACK = 5


@dataclass(frozen=True, eq=False)
class Training:
    """Several runs of one network that differ in their seeds only.

    Attributes
    ----------
    activation : Activation
    layers : int
        Layers with weights.
    seeds : tuple of int
        The S seeds, in the order of the first axis of every array.
    loss, accuracy : float array, shape (S, epochs)
        Cross-entropy and accuracy on the training batches, mean over each epoch while it trains, as Keras reports them.
    test_loss, test_accuracy : float array, shape (S, epochs)
        The same on the whole test set, after each epoch.
    answered : int array, shape (S, epochs, 10)
        How many digits of the test set were taken for each class, after each epoch. A network whose output is not a
        number answers nothing, which is never correct, and its losses are NaN.
    weights : list of array
        After the last epoch, in Keras' order: per layer the weights, shape (S, n_{r-1}, n_r), and the biases,
        shape (S, n_r).
    """

    activation: Activation
    layers: int
    seeds: tuple[int, ...]
    loss: Array
    accuracy: Array
    test_loss: Array
    test_accuracy: Array
    answered: Array
    weights: list[Array] = field(repr=False)

    def weights_of(self, seed: int) -> list[Array]:
        """One run's final weights, as ``set_weights`` of the model :func:`layerwise.depth.models.mlp` takes them."""
        return [array[self.seeds.index(seed)] for array in self.weights]


def train(
    activation: str | Activation,
    layers: int,
    digits: Digits,
    *,
    seeds: Iterable[int] = range(5),
    epochs: int = 3,
    updates_per_epoch: int = 1875,
    batch_size: int = 32,
    learning_rate: float = 0.01,
    optimizer: str = "sgd",
    layer_normalisation: bool = False,
    units: int = 32,
    initializer: str | keras.Initializer = "glorot_uniform",
    dtype: str = "float32",
    threads: int | None = None,
    progress: Callable[[], object] | None = None,
) -> Training:
    """Train one network from several seeds on the mean cross-entropy of each batch, by gradient descent or otherwise.

    Parameters
    ----------
    activation : str or Activation
        Of the hidden layers.
    layers : int
        Layers with weights, 2 or more.
    digits : Digits
        Training and test set.
    seeds : iterable of int
        Each decides the initial weights of one run, as in :func:`layerwise.depth.models.mlp`, and the order of its
        training digits, see ``batch_order``.
    epochs, updates_per_epoch, batch_size : int
        An epoch is a number of updates, not a pass, so that runs on a smaller data set have the same chance to learn:
        1,875 batches of 32 are one pass through the 60,000 training digits of MNIST.
    learning_rate : float
    optimizer : {"sgd", "adam"}
        See :mod:`layerwise.depth.optimizers`.
    layer_normalisation : bool
        See :func:`layerwise.depth.models.hidden_function`.
    units : int
        Of each hidden layer.
    initializer : str or keras.Initializer
        Of the weights; the biases start at 0.
    dtype : {"float32", "float64"}
    threads : int, optional
        Stacks of seeds that train at a time; by default as many as there are cores.
    progress : callable, optional
        Called without arguments whenever all seeds have finished an epoch.

    Returns
    -------
    Training

    Raises
    ------
    ValueError
        Before any work, for an unknown activation, initializer or dtype, numbers out of their range, no seeds or
        equal ones, and digits of the wrong type or shape or with labels that are not 0 to 9. A run that diverges is
        no error: its losses are NaN.
    """
    check_counts(epochs=epochs)
    stacks = Stacks(
        activation,
        layers,
        digits,
        seeds=seeds,
        updates_per_epoch=updates_per_epoch,
        batch_size=batch_size,
        learning_rate=learning_rate,
        optimizer=optimizer,
        layer_normalisation=layer_normalisation,
        units=units,
        initializer=initializer,
        dtype=dtype,
        threads=threads,
    )
    history = []
    for _ in range(epochs):
        history.append((*stacks.train_epoch(), *stacks.evaluate()))
        if progress:
            progress()
    loss, accuracy, test_loss, test_accuracy, answered = (np.stack(v, axis=1) for v in zip(*history, strict=True))
    return Training(
        stacks.activation,
        int(layers),
        stacks.seeds,
        loss,
        accuracy,
        test_loss,
        test_accuracy,
        answered,
        stacks.weights(),
    )


class Stacks:
    """The runs of one network, spread over stacks: what :func:`train` drives, and what the benchmark times.

    Takes the arguments of :func:`train` and raises what it raises.
    """

    def __init__(
        self,
        activation: str | Activation,
        layers: int,
        digits: Digits,
        *,
        seeds: Iterable[int],
        updates_per_epoch: int = 1875,
        batch_size: int = 32,
        learning_rate: float = 0.01,
        optimizer: str = "sgd",
        layer_normalisation: bool = False,
        units: int = 32,
        initializer: str | keras.Initializer = "glorot_uniform",
        dtype: str = "float32",
        threads: int | None = None,
    ) -> None:
        self.activation = find_activation(activation)
        self._hidden = hidden_function(self.activation, layer_normalisation)
        self.seeds = check_seeds(seeds)
        self._threads = cores() if threads is None else threads
        check_counts(updates_per_epoch=updates_per_epoch, batch_size=batch_size, threads=self._threads)
        check_learning_rate(learning_rate)
        check(ALLOWED | {"optimizer": one_of(*OPTIMIZERS)}, dtype=dtype, optimizer=optimizer)
        check_digits(digits)
        sizes = layer_sizes(layers, units)
        starts = [
            initial_weights(layers, units=units, initializer=initializer, seed=seed, dtype=dtype) for seed in self.seeds
        ]

        size = min(max(math.ceil(len(self.seeds) / self._threads), SMALLEST_STACK), LARGEST_STACK)
        # Which seeds, by their places, share a stack; copies of the last seed fill up the last stack.
        places = np.arange(len(self.seeds))
        self._stacks = np.pad(places, (0, -len(places) % size), mode="edge").reshape(-1, size)
        self._weights = [_stacked([starts[place] for place in stack]) for stack in self._stacks]
        self._memories = [OPTIMIZERS[optimizer].start(weights) for weights in self._weights]
        self._orders = [batch_order(seed, len(digits.x_train), updates_per_epoch, batch_size) for seed in self.seeds]
        self._learning_rate = tf.constant(learning_rate, dtype)
        self._updates = tf.constant(updates_per_epoch)
        self._x, self._y = _on_device(digits.x_train, digits.y_train)
        x_test, self._y_test = _on_device(digits.x_test, digits.y_test)
        self._x_test = _scaled(x_test, dtype)
        self._run_epoch = _compiled_epoch(
            self.activation,
            layer_normalisation,
            optimizer,
            tuple(sizes),
            size,
            len(digits.x_train),
            updates_per_epoch,
            batch_size,
            dtype,
        )

    def train_epoch(self) -> tuple[Array, Array]:
        """Make the next ``updates_per_epoch`` updates of every run.

        Returns
        -------
        loss, accuracy : array, shape (S,)
            Mean over the batches, each measured before its update.
        """
        orders = [next(order) for order in self._orders]

        def run(weights: list[tf.Tensor], memory: list[tf.Tensor], stack: Array) -> tuple[Any, ...]:
            order = tf.constant(np.stack([orders[place] for place in stack], axis=1))
            return self._run_epoch(weights, memory, self._x, self._y, order, self._learning_rate, self._updates)

        with ThreadPoolExecutor(self._threads) as pool:
            results = list(pool.map(run, self._weights, self._memories, self._stacks))
        weights, memories, loss, hits = zip(*results, strict=True)
        self._weights, self._memories = list(weights), list(memories)
        return self._of_each_seed(loss), self._of_each_seed(hits)

    def evaluate(self) -> tuple[Array, Array, Array]:
        """Measure every run on the whole test set.

        Returns
        -------
        loss, accuracy : array, shape (S,)
        answered : int array, shape (S, 10)
            How many digits were taken for each class.
        """
        # One network after the other: so its numbers cannot depend on its neighbours.
        measured = [_measure(weights, self._hidden, self._x_test, self._y_test) for weights in self._networks()]
        loss, accuracy, answered = (np.stack(values) for values in zip(*measured, strict=True))
        return loss, accuracy, answered

    def weights(self) -> list[Array]:
        """The present weights, see :attr:`Training.weights`."""
        return [np.stack(arrays) for arrays in zip(*self._networks(), strict=True)]

    def _networks(self) -> list[list[Array]]:
        """The weights of each seed's network, in Keras' order."""
        arrays = [self._of_each_seed(stacked) for stacked in zip(*self._weights, strict=True)]
        return [[array[s] for array in arrays] for s in range(len(self.seeds))]

    def _of_each_seed(self, stacked: Sequence[tf.Tensor]) -> Array:
        """One array over all seeds from one tensor per stack, without the copies that fill up the last stack."""
        return np.concatenate([tensor.numpy() for tensor in stacked])[: len(self.seeds)]


def batch_order(seed: int, patterns: int, updates: int, batch_size: int) -> Iterator[Array]:
    """Which training digits make up each batch, epoch after epoch.

    The digits are shuffled anew for each pass, and the passes follow each other without a gap: a batch may hold the end
    of one and the beginning of the next.

    Parameters
    ----------
    seed : int
        Of the NumPy generator that shuffles.
    patterns : int
        Size of the training set.
    updates, batch_size : int
        Batches per epoch, digits per batch.

    Yields
    ------
    int32 array, shape (updates, batch_size)
        Row numbers of the training set.
    """
    generator = np.random.default_rng(seed)
    stream = np.empty(0, np.int32)
    needed = updates * batch_size
    while True:
        passes = math.ceil((needed - len(stream)) / patterns)
        stream = np.concatenate([stream, *(generator.permutation(patterns).astype(np.int32) for _ in range(passes))])
        yield stream[:needed].reshape(updates, batch_size)
        stream = stream[needed:]


@functools.lru_cache(maxsize=64)
def _compiled_epoch(
    activation: Activation,
    layer_normalisation: bool,
    optimizer: str,
    sizes: tuple[int, ...],
    stack: int,
    patterns: int,
    updates: int,
    batch_size: int,
    dtype: str,
) -> Callable[..., tuple[list[tf.Tensor], list[tf.Tensor], tf.Tensor, tf.Tensor]]:
    """The loop over an epoch's updates, compiled for these shapes; all else is an argument of the loop.

    Its arguments: the stacked weights, the optimizer's memory, all training pixels and labels, the rows of each batch
    (updates, stack, batch_size), the learning rate, and how many of the updates to make. It returns weights and memory
    after them, and the mean over the batches of loss and accuracy, both (stack,).
    """
    hidden = hidden_function(activation, layer_normalisation)
    start, updated = OPTIMIZERS[optimizer]

    def update(weights: list[tf.Tensor], memory: list[tf.Tensor], x: Any, y: Any, rate: Any) -> tuple[Any, ...]:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            logits = _logits(weights, hidden, x)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
            # A sum over the stack: each network's gradient is that of its own mean over the batch.
            total = tf.reduce_sum(tf.reduce_mean(losses, axis=-1))
        gradients = tape.gradient(total, weights)
        hits = (tf.argmax(logits, axis=-1, output_type=tf.int32) == y) & ~tf.math.is_nan(losses)
        return *updated(weights, gradients, memory, rate), _mean(losses), _mean(hits)

    @tf.function(jit_compile=True, autograph=False)
    def run(weights: Any, memory: Any, x: Any, y: Any, order: Any, rate: Any, count: Any) -> tuple[Any, ...]:
        def body(i: Any, weights: Any, memory: Any, loss: Any, accuracy: Any) -> tuple[Any, ...]:
            rows = order[i]
            weights, memory, batch_loss, batch_accuracy = update(
                weights, memory, _scaled(tf.gather(x, rows), dtype), tf.gather(y, rows), rate
            )
            return i + 1, weights, memory, loss + batch_loss, accuracy + batch_accuracy

        nothing = tf.zeros(stack, tf.float64)
        _, weights, memory, loss, accuracy = tf.while_loop(
            lambda i, *_: i < count, body, (tf.constant(0), weights, memory, nothing, nothing)
        )
        count = tf.cast(count, tf.float64)
        return weights, memory, loss / count, accuracy / count

    shapes = [shape for n_in, n_out in itertools.pairwise(sizes) for shape in ((stack, n_in, n_out), (stack, n_out))]
    weights = [tf.zeros(shape, dtype) for shape in shapes]
    arguments = (
        [tf.TensorSpec.from_tensor(w) for w in weights],
        [tf.TensorSpec.from_tensor(m) for m in start(weights)],
        tf.TensorSpec((patterns, sizes[0]), tf.uint8),
        tf.TensorSpec((patterns,), tf.int32),
        tf.TensorSpec((updates, stack, batch_size), tf.int32),
        tf.TensorSpec((), dtype),
        tf.TensorSpec((), tf.int32),
    )
    # A concrete function never traces again, and does not warn on stderr that it has traced often.
    function = run.get_concrete_function(*arguments)
    function(*tf.nest.map_structure(lambda spec: tf.zeros(spec.shape, spec.dtype), arguments))  # compiles; no update
    return function


def _logits(weights: Sequence[Any], hidden: Callable[[Any], Any], x: Any) -> Any:
    """Input of the softmax, (..., P, 10), of networks stacked along the leading axes."""
    y = x
    for r in range(0, len(weights), 2):
        nu = _product(y, weights[r]) + weights[r + 1][..., tf.newaxis, :]
        y = hidden(nu)
    return nu


GRADIENT_ROWS = 392
"""From 512 rows on, the transposed product of a first layer's gradient rounds otherwise on each kind of processor, and
no switch tells it how; in blocks of fewer rows it does not."""


def _product(y: Any, w: Any) -> Any:
    """y w, with the gradient by w made of blocks of at most `GRADIENT_ROWS` rows."""
    if y.shape[-1] <= GRADIENT_ROWS:
        return y @ w

    @tf.custom_gradient
    def product(y: Any, w: Any) -> tuple[Any, Callable[[Any], tuple[Any, Any]]]:
        def gradient(delta: Any) -> tuple[Any, Any]:
            blocks = [
                tf.linalg.matmul(y[..., start : start + GRADIENT_ROWS], delta, transpose_a=True)
                for start in range(0, y.shape[-1], GRADIENT_ROWS)
            ]
            return tf.linalg.matmul(delta, w, transpose_b=True), tf.concat(blocks, axis=-2)

        return y @ w, gradient

    return product(y, w)


def _measure(
    weights: list[Array], hidden: Callable[[Any], Any], x: tf.Tensor, y: tf.Tensor
) -> tuple[float, float, Array]:
    """One network's loss and accuracy, and how many digits it takes for each class."""
    logits = _logits(weights, hidden, x)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits).numpy()
    is_answer = ~np.isnan(losses)
    answers = np.argmax(logits.numpy(), axis=-1)
    hits = (answers == y.numpy()) & is_answer
    return (
        float(np.mean(losses, dtype=np.float64)),
        float(hits.mean()),
        np.bincount(answers[is_answer], minlength=CLASSES),
    )


def _mean(values: tf.Tensor) -> tf.Tensor:
    """Over the batch, in float64: thousands of batches are summed up."""
    return tf.reduce_mean(tf.cast(values, tf.float64), axis=-1)


def _scaled(pixels: tf.Tensor, dtype: str) -> tf.Tensor:
    """As ``digits.scale``; done batch by batch, since scaled pixels take four times the memory."""
    return tf.cast(pixels, dtype) / 255


def _on_device(x: Array, y: Array) -> tuple[tf.Tensor, tf.Tensor]:
    """Images as rows of pixels, and labels."""
    return tf.constant(x.reshape(len(x), -1)), tf.constant(y.astype(np.int32))


def _stacked(networks: Sequence[Sequence[Array]]) -> list[tf.Tensor]:
    """Each weight and bias of several networks along a new leading axis."""
    return [tf.constant(np.stack(arrays)) for arrays in zip(*networks, strict=True)]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_counts(**counts: int) -> None:
    """Raise a ValueError for whatever is not a whole number, 1 or more."""
    check(dict.fromkeys(counts, whole(1)), **counts)


def check_learning_rate(learning_rate: float) -> None:
    """Raise a ValueError for whatever is not a finite number, 0 or more."""
    check({"learning_rate": number(0)}, learning_rate=learning_rate)


def check_seeds(seeds: Iterable[int]) -> tuple[int, ...]:
    """The seeds as whole numbers from 0, or a ValueError if there is none, or one twice."""
    if not isinstance(seeds, Iterable) or isinstance(seeds, str):
        raise ValueError(f"seeds is {seeds!r}; expected one or more in a list, such as range(5)")
    checked = tuple(check_seed(seed) for seed in seeds)
    if not checked or len(set(checked)) < len(checked):
        raise ValueError(f"seeds are {checked}; expected one or more, no two equal, such as range(5)")
    return checked


def check_digits(digits: Digits) -> None:
    """Raise a ValueError for whatever is not a data set of images as they were loaded, with labels from 0 to 9."""
    if not isinstance(digits, Digits):
        raise ValueError(f"digits is {digits!r}; expected Digits, such as load_mnist() returns")
    for part, x, y in (("train", digits.x_train, digits.y_train), ("test", digits.x_test, digits.y_test)):
        if x.dtype != np.uint8 or x.shape[1:] != PIXELS or not len(x):
            raise ValueError(
                f"x_{part} is {x.dtype} of shape {x.shape}; expected images as they were loaded, uint8 of shape "
                f"(P, {PIXELS[0]}, {PIXELS[1]}) with P at least 1: the trainer itself scales them by 1/255"
            )
        if y.dtype.kind not in "iu" or y.shape != x.shape[:1] or y.min() < 0 or y.max() >= CLASSES:
            raise ValueError(
                f"y_{part} is {y.dtype} of shape {y.shape}; expected a whole number from 0 to {CLASSES - 1} for each "
                f"of the {len(x)} images"
            )

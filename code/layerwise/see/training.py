"""Training of the networks that read house numbers (chapter ``svhn_cnn``).

A :class:`Recipe` says all that decides a result besides the seed, the data and this code: the network, which digits it
learns from, how they are changed, and how it is trained. :func:`train` follows it. What was trained is kept after every
epoch, so that a run that was stopped goes on where it was, and ends where it would have ended, bit for bit (on one
machine: another processor, or another number of threads, rounds differently).
"""

import functools
import io
import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from numpy.typing import NDArray
from tqdm import tqdm

from layerwise.data.digits import Digits, scale
from layerwise.data.splits import split_by_photo
from layerwise.data.synthetic.pens import pen_digits
from layerwise.data.synthetic.plates import house_numbers
from layerwise.depth.models import CLASSES
from layerwise.keep.files import write_whole
from layerwise.keep.keys import result_key
from layerwise.keep.machine import arithmetic_of
from layerwise.see.augmentation import Augmentation, augment
from layerwise.see.networks import COLOUR_PIXELS, NETWORKS

Array = NDArray[Any]


SYNTHETIC_SEED = 1_000
"""Of the synthetic digits that runs learn from: one set for all runs, as the real ones are."""


PEN_SEED = 2_000
"""The same of the pen digits."""


METRICS = ("loss", "accuracy", "validation_loss", "validation_accuracy")


@dataclass(frozen=True)
class Recipe:
    """What decides a training besides its seed, its data and the code.

    Attributes
    ----------
    network : str
        One of ``NETWORKS``.
    options : mapping
        Arguments of :func:`improved_cnn`.
    real : int
        How many times an epoch goes through the training digits of the data set, each time changed differently; 0:
        they are not learned from.
    synthetic, synthetic_per_epoch : int
        How many synthetic digits are drawn once, and how many of them, another choice each time, join every epoch.
    pen : int
        How many pen digits (:mod:`layerwise.data.synthetic.pens`) are drawn once, and learned from as real ones are.
    validation : float
        Share of the real training digits, whole photographs, that is held back and measured after every epoch; 0:
        nothing is. The part depends on the data and this share, not on the seed of the run.
    epochs, batch_size : int
    learning_rate : float
        Of Adam, its highest.
    schedule : {"constant", "cosine"}
        The learning rate stays, or rises over the first tenth of the updates and falls along a cosine to 0.
    weight_decay : float
        Above 0 the optimiser is AdamW (Loshchilov and Hutter 2019).
    label_smoothing : float
        Share of the target that is spread over all classes (Szegedy et al. 2016).
    patience : int or None
        Stop when the validation loss has not fallen for this many epochs, and keep the weights of its lowest; None:
        all epochs, the last weights.
    augmentation : Augmentation
    """

    network: str
    options: Mapping[str, Any] = field(default_factory=dict)
    real: int = 1
    synthetic: int = 0
    synthetic_per_epoch: int = 0
    pen: int = 0
    validation: float = 0.0
    epochs: int = 50
    batch_size: int = 64
    learning_rate: float = 0.01
    schedule: str = "constant"
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    patience: int | None = None
    augmentation: Augmentation = field(default_factory=Augmentation)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Recipe":
        """From plain values, as a TOML file or a record holds them; the augmentation is a mapping.

        Raises
        ------
        TypeError
            For a name that a recipe, or its augmentation, does not have.
        """
        return cls(**{**settings, "augmentation": Augmentation(**settings.get("augmentation", {}))})

    def settings(self) -> dict[str, Any]:
        """All values, as JSON writes them."""
        return json.loads(json.dumps(asdict(self)))

    def methods(self) -> tuple[str, ...]:
        """Of ``layerwise.keep.keys.METHODS``: those that decide what is trained."""
        return ("cnn_training", "pen_digits") if self.pen else ("cnn_training",)

    def model(self, seed: int | None = None) -> keras.Model:
        """The network before training."""
        return NETWORKS[self.network](**self.options, seed=seed)


@dataclass(frozen=True, eq=False)
class Run:
    """One training.

    Attributes
    ----------
    recipe : Recipe
    seed : int
    history : DataFrame
        One row per epoch: ``epoch`` (from 1), ``loss``, ``accuracy`` (training batches, mean over the epoch while it
        trains), ``validation_loss``, ``validation_accuracy`` (after the epoch, NaN where there is none), ``seconds``.
    best_epoch : int
        Whose weights these are.
    weights : list of array
        As ``get_weights`` of the model returns them.
    """

    recipe: Recipe
    seed: int
    history: pd.DataFrame
    best_epoch: int
    weights: list[Array] = field(repr=False)

    def model(self) -> keras.Model:
        """The trained network."""
        model = self.recipe.model()
        model.set_weights(self.weights)
        return model


def train(
    recipe: Recipe,
    digits: Digits,
    *,
    seed: int = 0,
    folder: str | os.PathLike[str] | None = None,
    stop_after: int | None = None,
    progress: bool = False,
) -> Run:
    """Train a network by a recipe.

    Parameters
    ----------
    recipe : Recipe
    digits : Digits
        House numbers (P, 32, 32, 3). Their test set is not looked at.
    seed : int
        Decides the initial weights, the order of the digits and how each is changed.
    folder : path, optional
        Where the run is kept after every epoch, under a key of the method, the recipe, the seed, the data and
        how this machine rounds. A run that is found there goes on, or is returned if it is finished. None: nothing is
        kept.
    stop_after : int, optional
        Epochs after which to leave off: the beginning of the same run.
    progress : bool
        Show on the terminal how far the run is; written to stderr, so leave it off in a notebook.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        For a seed that is no whole number.
    """
    settings = recipe.settings() | {"seed": seed}
    path = None
    if folder is not None:
        methods = recipe.methods()
        key = result_key(methods, settings, digits.sha256, arithmetic_of(*methods))
        path = Path(folder) / f"cnn_{recipe.network}_seed_{seed}_{key[:24]}.npz"
    rows, held_back = _split(recipe, digits)
    each_epoch = recipe.real * (len(rows) + recipe.pen) + recipe.synthetic_per_epoch
    state = _State(recipe, seed, recipe.epochs * math.ceil(each_epoch / recipe.batch_size))
    if path is not None and path.is_file():
        state.restore(path)
    last = recipe.epochs if stop_after is None else min(stop_after, recipe.epochs)
    if not state.finished and len(state.history) < last:
        _run(state, digits, (rows, held_back), seed, path, last, progress)
    history = pd.DataFrame(state.history, columns=["epoch", *METRICS, "seconds"])
    return Run(recipe, seed, history, state.best_epoch, state.best_weights)


def probabilities_of(model: keras.Model, x: Array, *, batch_size: int = 500) -> Array:
    """Probabilities of the ten classes.

    Parameters
    ----------
    model : keras.Model
    x : array (P, 32, 32, 3)
        Of type uint8, or inputs between 0 and 1 of type float32.

    Returns
    -------
    float32 array (P, 10)
    """
    batches = [x[i : i + batch_size] for i in range(0, len(x), batch_size)]
    inputs = (batch if batch.dtype == np.float32 else scale(batch) for batch in batches)
    parts = [np.asarray(model(batch, training=False)) for batch in inputs]
    return np.concatenate(parts) if parts else np.empty((0, CLASSES), np.float32)


def _run(
    state: "_State",
    digits: Digits,
    parts: tuple[Array, Array],
    seed: int,
    path: Path | None,
    last: int,
    progress: bool,
) -> None:
    """Train up to an epoch, or until the validation part says that it is enough."""
    recipe, (rows, held_back) = state.recipe, parts
    pen_x, pen_y = pen_digits(recipe.pen, seed=PEN_SEED)
    x = np.tile(np.concatenate([digits.x_train[rows], pen_x]), (recipe.real, 1, 1, 1))
    y = np.tile(np.concatenate([digits.y_train[rows], pen_y]), recipe.real)
    x_val, y_val = digits.x_train[held_back], digits.y_train[held_back]
    drawn = _synthetic(recipe.synthetic)
    # Without a terminal tqdm shows nothing by itself, and a log gets one line at the end.
    with tqdm(total=last, initial=len(state.history), disable=None if progress else True, unit="epoch") as bar:
        while not state.finished and len(state.history) < last:
            start = time.perf_counter()
            epoch = len(state.history) + 1
            # From the seed and the epoch alone: a run that goes on needs no state of a generator.
            rng = np.random.default_rng([seed, epoch])
            chosen = rng.choice(recipe.synthetic, recipe.synthetic_per_epoch, replace=False)
            pictures, labels = np.concatenate([x, drawn[0][chosen]]), np.concatenate([y, drawn[1][chosen]])
            order = rng.permutation(len(labels))
            loss, accuracy = state.train_epoch(augment(pictures[order], recipe.augmentation, rng), labels[order])
            validation_loss, validation_accuracy = _measure(state.model, x_val, y_val)
            state.note(epoch, loss, accuracy, validation_loss, validation_accuracy, time.perf_counter() - start)
            if path is not None:
                state.save(path)
            reached = f"{recipe.network}, seed {seed}: loss {loss:.3f}, accuracy {accuracy:.3f}"
            bar.set_description_str(reached)
            bar.update()
    if progress and bar.disable:
        print(f"{reached} after {epoch} epochs", file=sys.stderr)


@functools.lru_cache(maxsize=2)
def _synthetic(count: int) -> tuple[Array, Array]:
    """Drawn once in a process, for all of its runs."""
    return house_numbers(count, seed=SYNTHETIC_SEED)


def _split(recipe: Recipe, digits: Digits) -> tuple[Array, Array]:
    """Rows of the training set that are learned from, and that are held back."""
    if recipe.validation:
        return split_by_photo(digits, recipe.validation)
    return np.arange(len(digits.y_train)), np.arange(0)


def _measure(model: keras.Model, x: Array, y: Array) -> tuple[float, float]:
    """Mean cross-entropy and accuracy, NaN of no digits."""
    if not len(y):
        return math.nan, math.nan
    probabilities = probabilities_of(model, x)
    correct = np.maximum(probabilities[np.arange(len(y)), y].astype(float), 1e-7)  # as Keras cuts it off
    return float(-np.log(correct).mean()), float((probabilities.argmax(axis=1) == y).mean())


class _State:
    """A training between two epochs: all that the next epoch depends on, and what has been measured."""

    def __init__(self, recipe: Recipe, seed: int, updates: int) -> None:
        self.recipe = recipe
        self.model = recipe.model(seed)
        self._optimizer = _optimizer(recipe, updates)
        self._optimizer.build(self.model.trainable_variables)
        self._step = _compiled_step(self.model, self._optimizer, recipe.label_smoothing)
        self.history: list[list[float]] = []
        self.best_epoch = 0
        self.best_weights: list[Array] = []

    @property
    def finished(self) -> bool:
        epochs, patience = len(self.history), self.recipe.patience
        waited = patience is not None and epochs - self.best_epoch >= patience
        return epochs >= self.recipe.epochs or waited

    def train_epoch(self, x: Array, y: Array) -> tuple[float, float]:
        """One pass; mean loss and accuracy, each digit measured before the update that it is part of."""
        size, losses, hits = self.recipe.batch_size, 0.0, 0.0
        for i in range(0, len(y), size):
            loss, hit = self._step(tf.constant(x[i : i + size]), tf.constant(y[i : i + size]))
            losses += float(loss)
            hits += float(hit)
        return losses / len(y), hits / len(y)

    def note(self, epoch: int, *measured: float) -> None:
        """What an epoch gave; its weights are kept where they are the best so far, or no choice is made."""
        validation_loss = METRICS.index("validation_loss")
        best = self.history[self.best_epoch - 1][1 + validation_loss] if self.history else math.inf
        self.history.append([epoch, *measured])
        if self.recipe.patience is None or measured[validation_loss] < best or not self.best_weights:
            self.best_epoch, self.best_weights = epoch, self.model.get_weights()

    def save(self, path: Path) -> None:
        """Write all of it, whole or not at all."""
        arrays: dict[str, Any] = {f"variable_{i}": np.asarray(v) for i, v in enumerate(self._variables())}
        arrays |= {f"best_{i}": v for i, v in enumerate(self.best_weights)}
        buffer = io.BytesIO()
        np.savez(buffer, history=np.array(self.history), best_epoch=np.array(self.best_epoch), **arrays)
        write_whole(path, buffer.getvalue())

    def restore(self, path: Path) -> None:
        """Go on from a file; it was written whole or not at all."""
        with np.load(path, allow_pickle=False) as file:
            for i, variable in enumerate(self._variables()):
                variable.assign(file[f"variable_{i}"])
            self.history = [[int(epoch), *measured] for epoch, *measured in file["history"].tolist()]
            self.best_epoch = int(file["best_epoch"])
            self.best_weights = [file[f"best_{i}"] for i in range(len(self.model.weights))]

    def _variables(self) -> list[Any]:
        # Those of the model include the state of its dropout's generator, which its weights do not.
        return [*self.model.variables, *self._optimizer.variables]


def _optimizer(recipe: Recipe, updates: int) -> keras.Optimizer:
    rate: Any = recipe.learning_rate
    if recipe.schedule == "cosine":
        rise = max(updates // 10, 1)
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 10, max(updates - rise, 1), warmup_target=rate, warmup_steps=rise
        )
    if recipe.weight_decay:
        return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
    return keras.optimizers.Adam(rate)


def _compiled_step(model: keras.Model, optimizer: keras.Optimizer, label_smoothing: float) -> Callable[..., Any]:
    """One update; returns the batch's summed loss and how many digits were right."""

    @tf.function(input_signature=[tf.TensorSpec((None, *COLOUR_PIXELS), tf.float32), tf.TensorSpec((None,), tf.int64)])
    def step(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            probabilities = model(x, training=True)
            losses = keras.losses.categorical_crossentropy(
                tf.one_hot(y, CLASSES), probabilities, label_smoothing=label_smoothing
            )
            loss = tf.reduce_mean(losses)
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        hits = tf.cast(tf.argmax(probabilities, axis=1) == y, tf.float32)
        return tf.reduce_sum(losses), tf.reduce_sum(hits)

    return step

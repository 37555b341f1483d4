"""The weights that ship with the book: loaded, described, made again."""

import dataclasses
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from layerwise.data.digits import DataError, Digits
from layerwise.data.splits import split_by_photo
from layerwise.depth.models import CLASSES
from layerwise.keep.files import write_whole
from layerwise.keep.machine import this_arithmetic, this_machine
from layerwise.keep.records import today
from layerwise.see.evaluation import calibration, calibration_error, fitted_temperature
from layerwise.see.forward import HOW_TO_MEND, WEIGHTS, read_weights
from layerwise.see.recipes import STUDIES
from layerwise.see.training import Recipe, probabilities_of, train

SHIPPED = {"report": "cnn_report_synthetic", "improved": "cnn_handwriting"}
"""The networks whose weights ship, and the study of which each is the run with seed ``SHIPPED_SEED``."""


SHIPPED_SEED = 0


CALIBRATED = {"improved": 0.125}
"""The networks that answer readers, and the share of the real training digits that a twin of each is trained without:
the temperature of both is fitted on these."""


def pretrained(name: str = "improved", *, folder: str | os.PathLike[str] = WEIGHTS) -> keras.Model:
    """A trained network, from the weights that ship with the package.

    They are plain arrays: loading them runs no code. ``card.json`` beside them says where they come from and what they
    must not be used for.

    Parameters
    ----------
    name : {"improved", "report"}
    folder : path, optional

    Returns
    -------
    keras.Model
        Takes pictures (P, 32, 32, 3), 0 to 1; gives probabilities of the ten classes.

    Raises
    ------
    ValueError
        For another name.
    DataError
        If the file is missing, damaged, or of another network.
    """
    arrays = read_weights(name, folder=folder)
    model = _shipped_recipe(name).model()
    names = [variable.path.partition("/")[2] for variable in model.weights]
    expected = {name: tuple(variable.shape) for name, variable in zip(names, model.weights, strict=True)}
    if {key: array.shape for key, array in arrays.items()} != expected:
        raise DataError(f"The weights of {name!r} in {folder} are those of another network: {HOW_TO_MEND}")
    model.set_weights([arrays[name].astype(np.float32) for name in names])
    return model


def make_weights(
    digits: Digits,
    *,
    folder: str | os.PathLike[str] = WEIGHTS,
    runs: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> Iterator[str]:
    """Train the networks that ship, and write their weights and their card.

    Parameters
    ----------
    digits : Digits
        House numbers, real ones.
    folder : path
        Where the weights go.
    runs : path, optional
        Where runs are kept, see :func:`layerwise.see.training.train`; a run of a study that is found is not repeated.
    progress : bool

    Yields
    ------
    str
        What was written, and its accuracy.

    Raises
    ------
    ValueError
        If the digits are synthetic ones alone.
    """
    if digits.key == "svhn_synthetic":
        raise ValueError(f"the weights that ship are trained on photographs, but found {digits.source}")
    networks = {}
    for name in SHIPPED:
        recipe = _shipped_recipe(name)
        run = train(recipe, digits, seed=SHIPPED_SEED, folder=runs, progress=progress)
        model = run.model()
        calibrated = _calibrate(name, model, digits, runs, progress) if name in CALIBRATED else {}
        path = Path(folder) / f"{name}.npz"
        write_weights(path, model)
        # Measured as they are shipped, after rounding.
        answers = probabilities_of(pretrained(name, folder=folder), digits.x_test).argmax(axis=1)
        networks[name] = {
            "study": SHIPPED[name],
            "seed": SHIPPED_SEED,
            "settings": recipe.settings(),
            "parameters": model.count_params(),
            "best_epoch": run.best_epoch,
            "accuracy": float((answers == digits.y_test).mean()),
            "accuracy_per_class": [float((answers[digits.y_test == k] == k).mean()) for k in range(CLASSES)],
            "date": today(),
            "arithmetic": this_arithmetic(),
            "machine": this_machine(),
        } | calibrated
        yield f"{path}: accuracy {networks[name]['accuracy']:.4f}"
    content = {
        "data": f"{digits.source}; synthetic house numbers of layerwise.data.synthetic, and pen digits of "
        "layerwise.data.synthetic.pens where a network has any",
        "source": digits.key,
        "data_sha256": digits.sha256,
        "measured_on": f"the {len(digits.y_test):,} test digits of these data, which no training or choice has seen",
        "networks": networks,
        "numbers": "float16",
        "licence": "Trained on pictures of SVHN, which its authors offer for non-commercial research use only: use the "
        "weights within the same bounds.",
        "not_for": "Nothing that depends on a correct answer: not for reading addresses, forms, meters or number "
        "plates, nor to tell anything about a person. They are made to be looked into. They answer for every picture, "
        "a picture without a digit too, and were measured on few kinds of pictures.",
        "command": "python -m layerwise train-cnn",
    }
    path = Path(folder) / "card.json"
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    yield str(path)


def _calibrate(
    name: str, model: keras.Model, digits: Digits, runs: str | os.PathLike[str] | None, progress: bool
) -> dict[str, Any]:
    """Divide the inputs of the softmax by a temperature, for good: its weights and biases; what the card says of it."""
    recipe = dataclasses.replace(_shipped_recipe(name), validation=CALIBRATED[name])
    twin = train(recipe, digits, seed=SHIPPED_SEED, folder=runs, progress=progress).model()
    rows = split_by_photo(digits, recipe.validation)[1]
    temperature = fitted_temperature(probabilities_of(twin, digits.x_train[rows]), digits.y_train[rows])
    before = _calibration_error(model, digits)
    last = model.layers[-1]
    last.set_weights([array / temperature for array in last.get_weights()])
    return {
        "temperature": temperature,
        "temperature_fitted_on": f"{len(rows):,} training digits, read by a network of the same recipe and seed that "
        "was trained without them; the last layer's weights and biases are divided by it",
        "calibration_error": {"before": before, "after": _calibration_error(model, digits)},
    }


def _calibration_error(model: keras.Model, digits: Digits) -> float:
    """On the test digits, see :func:`layerwise.see.evaluation.calibration_error`."""
    probabilities = probabilities_of(model, digits.x_test)
    return calibration_error(calibration(digits.y_test, probabilities.argmax(axis=1), probabilities.max(axis=1)))


def write_weights(path: str | os.PathLike[str], model: keras.Model) -> None:
    """A network's weights as float16 arrays under the names that Keras gives them; no pickle."""
    arrays: dict[str, Any] = {variable.path: np.asarray(variable, np.float16) for variable in model.weights}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_whole(path, buffer.getvalue())


def _shipped_recipe(name: str) -> Recipe:
    (settings,) = STUDIES[SHIPPED[name]]["recipes"].values()
    return Recipe.from_settings(settings)

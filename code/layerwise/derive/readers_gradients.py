"""A reader's gradients, whatever they come in (chapter ``backpropagation``)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from layerwise.derive.activations import Array
from layerwise.derive.checked_network import Network
from layerwise.derive.equations import Gradients
from layerwise.keep.arguments import finite_numbers

LOOK = "Look first at the return statement of your function"


def own_gradients(returned: Any, network: Network) -> tuple[Gradients, str, bool]:
    """What a reader's function returned, as Gradients.

    Parameters
    ----------
    returned : object
        Weights' and biases' gradients, in either order: as lists, tuples or stacked arrays for layers 1..R,
        dictionaries from the layer's number (from 1 or 0) or from names that end in it ('W1', 'db2'); or one
        dictionary of both; or an array after the other (dW1, db1, dW2, ...); or a pair for each layer. Biases are
        (n_r,), or columns (n_r, 1), or rows (1, n_r), or one number a layer, or None.
    network : Network
        All of whose layers have the same number of units.

    Returns
    -------
    gradients : Gradients
        Of shapes (n_r, n_{r-1}) and (n_r,); missing biases are zeros.
    taken : str
        What was taken for what.
    single : bool
        Whether the numbers are float32.

    Raises
    ------
    ValueError
        If it is none of these, or of another shape, or not finite. The message gives shapes, no numbers.
    """
    first, second, form = _two_parts(returned, network)
    order = "weights, then biases"
    if _holds(second, network, "weights") and not _holds(first, network, "weights"):
        first, second, order = second, first, "biases, then weights"
    weights, weights_from = _per_layer("the weight gradients", first, network)
    biases, biases_from = _per_layer("the bias gradients", second, network)
    single = any(getattr(array, "dtype", None) == np.float32 for array in (*weights.values(), *biases.values()))
    shapes = {np.shape(array) for array in biases.values()}
    gradients = Gradients(
        {r: _weights(r, weights[r], network) for r in network.weights},
        {r: _biases(r, biases[r], network) for r in network.biases},
    )
    words = f"{form or order}; weights from {weights_from}, biases from {biases_from}"
    if shapes != {(network.sizes[1],)} and second is not None:
        words += f"; each layer's biases of shape {', '.join(map(str, sorted(shapes)))}"
    return gradients, words + ("; in float32" if single else ""), single


def _shape(value: Any) -> tuple[int, ...] | None:
    """Of numbers in a rectangular array; None for all else."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        return None
    return array.shape if array.dtype.kind in "biuf" else None


def _described(value: Any, depth: int = 2) -> str:
    """What it is, with shapes and without numbers."""
    shape = _shape(value)
    if isinstance(value, np.ndarray) or shape == ():
        return f"array of shape {shape}" if shape is not None else f"array of {np.asarray(value).dtype}"
    if isinstance(value, Mapping):
        return f"dictionary with the keys {', '.join(map(repr, list(value)[:8]))}"
    if isinstance(value, Sequence) and not isinstance(value, str) and depth:
        inner = ", ".join(_described(item, depth - 1) for item in value[:4])
        return f"{type(value).__name__} of {len(value)} ({inner}{', …' if len(value) > 4 else ''})"
    return type(value).__name__


def _two_parts(returned: Any, network: Network) -> tuple[Any, Any, str]:
    R = network.R
    if isinstance(returned, Mapping):
        kinds: dict[bool, dict[Any, Any]] = {True: {}, False: {}}
        for key, value in returned.items():
            kinds["w" in str(key).lower()][key] = value  # weights, W1, dw, nabla_w; all else is a bias
        parts = [
            next(iter(part.values())) if len(part) == 1 and not re.search(r"\d", str(next(iter(part)))) else part
            for part in (kinds[True], kinds[False] or None)
            if part is not None
        ]
        if kinds[True] and len(parts) < 3:
            names = ", ".join(map(str, list(returned)[:6]))
            return (
                parts[0],
                parts[1] if len(parts) > 1 else None,
                f"one dictionary ({names}{', …' * (len(returned) > 6)})",
            )
    items = list(returned) if isinstance(returned, Sequence | np.ndarray) and not isinstance(returned, str) else []
    if not isinstance(returned, np.ndarray):
        matrices = [item for item in items if _is(item, network, "weights")]
        vectors = [item for item in items if _is(item, network, "biases")]
        if len(items) == 2 * R and len(matrices) == len(vectors) == R and R > 1:
            return matrices, vectors, "one array after the other"
        pairs = [item for item in items if isinstance(item, Sequence) and len(item) == 2]
        if len(pairs) == len(items) == R and all(
            _is(pair[0], network, "weights") and _is(pair[1], network, "biases") for pair in pairs
        ):
            return [pair[0] for pair in pairs], [pair[1] for pair in pairs], "a pair (weights, biases) for each layer"
    if len(items) != 2:
        raise ValueError(
            "your function must return two things: (weight_gradients, bias_gradients); it returned: "
            f"{_described(returned)}. {LOOK}"
        )
    first, second = (list(item) if isinstance(item, Iterator) else item for item in items)
    return first, second, ""


def _is(value: Any, network: Network, kind: str) -> bool:
    """Whether it is one layer's gradient, by its shape."""
    n, shape = network.sizes[1], _shape(value)
    return shape in ({(n, n)} if kind == "weights" else {(n,), (n, 1), (1, n), (), (1,), (1, 1)})


def _holds(part: Any, network: Network, kind: str) -> bool:
    try:
        arrays, _ = _per_layer("", part, network)
    except ValueError:
        return False
    return all(_is(array, network, kind) for array in arrays.values())


def _per_layer(name: str, part: Any, network: Network) -> tuple[dict[int, Any], str]:
    """One object per layer, from 1 on, and in words where it comes from."""
    R, expected = network.R, f"expected layers 1 to {network.R}"
    if part is None:
        return {r: np.zeros_like(b) for r, b in network.biases.items()}, "nothing (None counts as 0)"
    if isinstance(part, Mapping):
        numbers = {key: re.search(r"(\d+)\D*$", str(key)) for key in part if part[key] is not None}
        keyed = {int(found[1]): part[key] for key, found in numbers.items() if found}
        start = min(keyed, default=1)
        if len(keyed) < len(numbers) or start > 1 or sorted(keyed) != list(range(start, start + R)):
            raise ValueError(f"{name} are given for layers {list(part)}; {expected}. {LOOK}")
        return (
            {r: keyed[start + r - 1] for r in range(1, R + 1)},
            f"a dictionary from {min(numbers, key=str)!r}",
        )
    if not isinstance(part, Iterable):
        if R == 1 and np.ndim(part) == 0:
            return {1: part}, "one number"
        raise ValueError(f"{name} are {_described(part)}; expected an array for each of the layers 1 to {R}. {LOOK}")
    shape = _shape(part)
    if R == 1 and shape and shape[0] > 1:  # the one layer's own array; in a list or stack of one it begins with 1
        return {1: part}, f"an array of shape {shape}"
    items = list(part)
    if len(items) == R + 1 and (items[0] is None or np.size(items[0]) == 0):
        items = items[1:]  # a place is kept for layer 0, which has no weights
    if len(items) != R and isinstance(part, np.ndarray):
        raise ValueError(f"{name} are an array of shape {part.shape}; {expected} along its first axis. {LOOK}")
    if len(items) != R:
        raise ValueError(f"{name} are given for layers {list(range(1, len(items) + 1))}; {expected}. {LOOK}")
    words = f"an array of shape {part.shape}" if isinstance(part, np.ndarray) else f"a {type(part).__name__}"
    return dict(enumerate(items, start=1)), words


def _numbers(name: str, value: Any, line: str) -> Array:
    try:
        return finite_numbers(name, value)
    except ValueError as error:
        raise ValueError(f"{error}. Look first at the line of the {line}") from error


def _weights(r: int, value: Any, network: Network) -> Array:
    name, line, expected = f"the weight gradients[{r}]", "weights' gradient", network.weights[r].shape
    array = _numbers(name, value, line)
    if array.shape != expected:
        raise ValueError(
            f"{name} has shape {array.shape}; expected {expected}, which δ(r) y(r−1)ᵀ has. Look first at the line of "
            f"the {line}"
        )
    return array


def _biases(r: int, value: Any, network: Network) -> Array:
    name, line, expected = f"the bias gradients[{r}]", "biases' gradient", network.biases[r].shape
    array = _numbers(name, value, line)
    if array.size == 1:
        return np.full(expected, array.item())  # as NumPy would add it to the biases
    if array.shape not in (expected, (*expected, 1), (1, *expected)):
        raise ValueError(
            f"{name} has shape {array.shape}; expected {expected}, or {(*expected, 1)}: δ(r) summed over the patterns. "
            f"Look first at the axis of the sum in the line of the {line}"
        )
    return array.reshape(expected)

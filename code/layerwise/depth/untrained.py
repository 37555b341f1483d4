"""A network before training, followed both ways: what becomes of signals forwards and of gradients backwards.

The weights of the way back can be drawn anew, which no network does and mean-field theory assumes (chapter
``vanishing_gradients``).
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from layerwise.depth.models import stacked_initial_weights
from layerwise.derive.activations import Activation, Array, find_activation
from layerwise.derive.checked_network import target_columns
from layerwise.derive.equations import log_softmax

_REDRAWN = 1_000_000
"""Added to a seed, it gives the seed of the weights that stand in for the first on the way back."""


def both_ways(
    activation: str | Activation,
    layers: int,
    x: ArrayLike,
    y: ArrayLike,
    seeds: Iterable[int],
    *,
    units: int = 32,
    initializer: str = "glorot_uniform",
    skip_connections: bool = False,
    redrawn: bool = False,
) -> pd.DataFrame:
    """Sizes of signals and gradients in each hidden layer of networks before training, in float64.

    Parameters
    ----------
    activation, layers, units, initializer
        As for :func:`layerwise.depth.models.mlp`. The biases are 0.
    x, y : arrays
        (P, 28, 28) or (P, 784), and labels or target rows.
    seeds : iterable of int
        One network each.
    skip_connections : bool
        From the second hidden layer on, y + f(nu) instead of f(nu), as
        :func:`layerwise.depth.measurements.remedied_mlp` has it.
    redrawn : bool
        Whether other weights of the same distribution take the place of the first ones on the way back; the slopes
        f'(nu) stay.

    Returns
    -------
    DataFrame
        One row per seed and hidden layer, ``seed`` and ``layer`` first. With g the derivative of a pattern's E by the
        layer's outputs y, root mean squares over units and patterns: ``signal`` of y, ``delta`` and ``gradient`` (g).
        ``spread``: standard deviation of nu over the patterns, root mean square over the units. ``product``: the mean
        over the patterns of the scalar product of y and g.
    """
    f = find_activation(activation)
    x = np.asarray(x, np.float64).reshape(len(np.asarray(x)), -1)
    T = target_columns(np.asarray(y), len(x), 10)
    seeds = list(seeds)
    networks = _matrices(layers, seeds, units, initializer)
    ways_back = _matrices(layers, [seed + _REDRAWN for seed in seeds], units, initializer) if redrawn else networks
    rows = []
    for seed, up, down in zip(seeds, networks, ways_back, strict=True):
        nu, out = [], [x.T]
        for r, w in enumerate(up[:-1]):
            nu.append(w @ out[-1])
            new = f.function(nu[-1])
            out.append(out[-1] + new if skip_connections and r else new)
        g = down[-1].T @ (np.exp(log_softmax(up[-1] @ out[-1])) - T)
        for r in reversed(range(layers - 1)):
            delta = g * f.derivative(nu[r])
            sizes = (_size(out[r + 1]), np.sqrt(nu[r].var(axis=1).mean()), _size(delta), _size(g))
            rows.append((seed, r + 1, *sizes, float((out[r + 1] * g).sum() / len(x))))
            g = down[r].T @ delta + (g if skip_connections and r else 0)
    columns = ["seed", "layer", "signal", "spread", "delta", "gradient", "product"]
    return pd.DataFrame(rows, columns=columns).sort_values(["seed", "layer"], ignore_index=True)


def _matrices(layers: int, seeds: list[int], units: int, initializer: str) -> list[list[Array]]:
    """The weights of each network, layer by layer, (n_r, n_{r-1}) each."""
    stacks = stacked_initial_weights(layers, seeds, units=units, initializer=initializer)[::2]
    return [[stack[s].T.astype(np.float64) for stack in stacks] for s in range(len(seeds))]


def _size(values: Array) -> float:
    """Root mean square; scaled by the largest, so that no square underflows."""
    largest = float(np.abs(values).max()) or 1.0
    return largest * float(np.sqrt(np.mean(np.square(values / largest))))

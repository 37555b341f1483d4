"""Mean-field theory for layers of few units: how networks scatter, and how far the typical one lies from the mean.

As in :mod:`layerwise.depth.mean_field`, only the sizes of one pattern's signal and delta are followed, layer by layer.
But where a wide layer has expectations over a Gaussian z, a layer of n units has means over n draws of it, so that both
sizes are random numbers (chapter ``vanishing_gradients``). With q the mean square of nu, and independent standard
Gaussian numbers z_i and u_i for the n units of layer r,

    q of layer r+1            = n v (1/n) Σ f(√q z_i)²,
    |delta_r|² / |delta_r+1|² = n v (1/n) Σ f'(√q z_i)² u_i² · (1 + c / n),   c = Σ f'² z² / Σ f'² - 1.

The last factor comes from the weights that the two ways share. A unit's weights have a component along its inputs y,
z_i, on which the slope f'(√q z_i) depends: backwards, one of the n directions has E[f'² z²] in the place of E[f'²].
"""

from itertools import pairwise

import numpy as np
import pandas as pd

from layerwise.depth.mean_field import derivative_second_moment, gaussian_mean, initial_variance
from layerwise.depth.models import layer_sizes
from layerwise.derive.activations import Activation, find_activation


def log_variance(activation: str | Activation, q: float, units: int) -> float:
    """Variance over networks of the logarithm of ``|delta_r|² / |delta_{r+1}|²``, one pattern, to first order in 1/n.

    The squared length is Σ f'_i² u_i² times a constant, with u standard Gaussian: relative to its mean it has the
    variance (3 E[f'⁴] / E[f'²]² - 1) / n. For ReLU that is 5 / n, at every q: the law of Hanin and Nica (2020).

    Parameters
    ----------
    activation : str or Activation
        The function f.
    q : float
        Mean square of the layer's nu.
    units : int
        n, in both layers.
    """
    f = find_activation(activation)
    fourth = gaussian_mean(lambda u: f.derivative(u) ** 4, q, f.kinks)
    return float((3 * fourth / derivative_second_moment(f, q) ** 2 - 1) / units)


def narrow_ratios(
    activation: str | Activation,
    layers: int,
    initializer: str,
    data_second_moment: float,
    *,
    units: int = 32,
    draws: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """``|delta_1| / |delta_{R-1}|`` of one pattern in networks of finite width, drawn from the recursions above.

    No network is built: each draw takes some 2 n R random numbers.

    Parameters
    ----------
    activation, layers, initializer, units
        As for :func:`layerwise.depth.gradients.predicted_gradients`.
    data_second_moment : float
        Mean square of the pattern's inputs.
    draws, seed : int
        How many networks, and the seed of the random numbers.

    Returns
    -------
    DataFrame
        One row per draw: ``delta_ratio``, and ``signal``, the root mean square of y in layer R - 1.
    """
    f = find_activation(activation)
    random = np.random.default_rng(seed)
    sizes = layer_sizes(layers, units)
    variances = [initial_variance(initializer, n_in, n_out) for n_in, n_out in pairwise(sizes)]
    moment, logarithm = np.full(draws, float(data_second_moment)), np.zeros(draws)
    for r in range(1, layers):
        z = random.standard_normal((draws, units))
        nu = np.sqrt(sizes[r - 1] * variances[r - 1] * moment)[:, np.newaxis] * z
        moment = np.square(f.function(nu)).mean(axis=1)
        if r < layers - 1:
            slopes = np.square(f.derivative(nu))
            back = sizes[r + 1] * variances[r] * (slopes * random.standard_normal((draws, units)) ** 2).mean(axis=1)
            # Where all slopes are 0, the ratio is 0 whatever the shared weights do.
            total = np.maximum(slopes.sum(axis=1), np.finfo(float).tiny)
            shared = 1 + ((slopes * z**2).sum(axis=1) / total - 1) / units
            with np.errstate(divide="ignore"):
                logarithm += np.log(back * shared)
    return pd.DataFrame({"delta_ratio": np.exp(logarithm / 2), "signal": np.sqrt(moment)})

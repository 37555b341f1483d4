from .experiments import EXPERIMENTS
from .finite_width import log_variance, narrow_ratios
from .gradients import (
    initial_gradients,
    keras_network,
    layer_gradients,
    network_gradients,
    predicted_gradients,
    relative_gradients,
)
from .mean_field import chi, fixed_point, gaussian_mean, second_moment, variance_map
from .measurements import delta_ratio
from .models import initial_weights, mlp
from .sweeps import sweep
from .training import train
from .untrained import both_ways

__all__ = [
    "EXPERIMENTS",
    "both_ways",
    "chi",
    "delta_ratio",
    "fixed_point",
    "gaussian_mean",
    "initial_gradients",
    "initial_weights",
    "keras_network",
    "layer_gradients",
    "log_variance",
    "mlp",
    "narrow_ratios",
    "network_gradients",
    "predicted_gradients",
    "relative_gradients",
    "second_moment",
    "sweep",
    "train",
    "variance_map",
]

from .answers import Prediction, predict
from .evaluation import accuracy_by_seed, calibration, calibration_error, losses, paired_difference, unseen
from .filters import feature_maps, selectivity, strongest, top_patches, unit
from .handwriting import accuracy_by_showing, readings, shown
from .likeness import likeness, same_contrast
from .maximisation import maximise
from .needed import gradient_map, knock_outs, occlusion_map
from .networks import improved_cnn, svhn_cnn
from .photo import Prepared, prepare, prepare_many
from .picture_files import PhotoError
from .readout import linear_readout
from .receptive_fields import pixels_seen, receptive_field
from .size_check import check_output_size
from .staging import staged
from .studies import own_record
from .training import Recipe, probabilities_of
from .weights import pretrained

__all__ = [
    "PhotoError",
    "Prediction",
    "Prepared",
    "Recipe",
    "accuracy_by_seed",
    "accuracy_by_showing",
    "calibration",
    "calibration_error",
    "check_output_size",
    "feature_maps",
    "gradient_map",
    "improved_cnn",
    "knock_outs",
    "likeness",
    "linear_readout",
    "losses",
    "maximise",
    "occlusion_map",
    "own_record",
    "paired_difference",
    "pixels_seen",
    "predict",
    "prepare",
    "prepare_many",
    "pretrained",
    "probabilities_of",
    "readings",
    "receptive_field",
    "same_contrast",
    "selectivity",
    "shown",
    "staged",
    "strongest",
    "svhn_cnn",
    "top_patches",
    "unit",
    "unseen",
]

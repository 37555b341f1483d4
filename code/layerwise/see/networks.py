"""The networks that read house numbers: the report's and an improved one (chapter ``svhn_cnn``)."""

from collections.abc import Callable, Sequence

import keras

from layerwise.depth.models import CLASSES, check_seed, layer_initializer

COLOUR_PIXELS = (32, 32, 3)


def svhn_cnn(*, seed: int | None = None) -> keras.Model:
    """The report's convolutional network: 32 x 32 pixels in red, green and blue, three convolutions, ten classes.

    Each of the three blocks is a convolution (9, 36 and 49 filters, 3 x 3, zeros around the edge, ReLU), batch
    normalisation and the maximum over 3 x 3 pixels, so that 32 x 32 pixels become 10 x 10, 3 x 3 and 1 x 1. Then
    follow a dense layer of 64 units (ReLU) and the softmax.

    Parameters
    ----------
    seed : int, optional
        Of the initial weights (Glorot uniform). The same seed gives the same weights, whatever was drawn before.

    Returns
    -------
    keras.Model
        Not yet compiled; takes images (P, 32, 32, 3), 0 to 1. Its layers are named ``convolution_1``,
        ``normalisation_1``, ``pooling_1``, ... and ``dense_1``, ``dense_2``. It has 23,355 parameters, as in the
        report; 188 of them, the means and variances of the batch normalisation, are not trained by gradients.

    Raises
    ------
    ValueError
        For a seed that is no whole number.
    """
    blocks = [
        layer
        for r, filters in enumerate((9, 36, 49), start=1)
        for layer in (
            keras.layers.Conv2D(
                filters,
                3,
                padding="same",
                activation="relu",
                kernel_initializer=layer_initializer("glorot_uniform", r, seed),
                name=f"convolution_{r}",
            ),
            keras.layers.BatchNormalization(name=f"normalisation_{r}"),
            keras.layers.MaxPooling2D(3, name=f"pooling_{r}"),
        )
    ]
    dense = [
        keras.layers.Dense(
            units, activation, kernel_initializer=layer_initializer("glorot_uniform", r, seed), name=f"dense_{r - 3}"
        )
        for r, (units, activation) in enumerate([(64, "relu"), (CLASSES, "softmax")], start=4)
    ]
    flatten = keras.layers.Flatten(name="flatten")
    return keras.Sequential([keras.Input(COLOUR_PIXELS), *blocks, flatten, *dense], name="svhn_cnn")


def improved_cnn(
    *,
    filters: Sequence[Sequence[int]] = ((16,), (24, 32), (40, 48), (44,)),
    pooling: int = 2,
    standardise: bool = True,
    normalise: str = "before",
    head: str = "average",
    dropout: float = 0.2,
    seed: int | None = None,
) -> keras.Model:
    """A network of at most 60,000 parameters that reads house numbers better than the report's.

    Four blocks of one or two convolutions (3 x 3, zeros around the edge), each with batch normalisation and ReLU; the
    maximum over 2 x 2 pixels between the blocks; the average over the 4 x 4 places that are left; dropout; softmax.

    Parameters
    ----------
    filters : sequence of sequences of int
        Filters of each convolution, block by block.
    pooling : int
        Rows and columns that are pooled into one between the blocks.
    standardise : bool
        Bring every picture to mean 0 and deviation 1 first, as part of the network: how bright it is and how strong
        its contrast then does not matter.
    normalise : {"before", "after", "none"}
        Batch normalisation before the ReLU (Ioffe and Szegedy 2015), after it as in the report, or none.
    head : {"average", "dense"}
        How the last block's maps reach the softmax: the average of each map (Lin, Chen and Yan 2014), or a dense layer
        of 64 units (ReLU) on all of their pixels, as in the report.
    dropout : float
        Share of the values in front of the softmax that is set to 0 in training (Srivastava et al. 2014).
    seed : int, optional
        Of the initial weights (He normal) and of the dropout.

    Returns
    -------
    keras.Model
        Not yet compiled; takes pictures (P, 32, 32, 3), 0 to 1. Its convolutions are named ``convolution_1``,
        ``convolution_2``, ...

    Raises
    ------
    KeyError
        For an unknown ``normalise`` or ``head``.
    ValueError
        For a seed that is no whole number.
    """
    layers: list[keras.Layer] = [keras.Input(COLOUR_PIXELS)]
    if standardise:
        # Layer normalisation over rows, columns and channels together, with nothing to learn.
        axes = (1, 2, 3)
        layers.append(
            keras.layers.LayerNormalization(axes, center=False, scale=False, epsilon=1e-4, name="standardisation")
        )
    r = 0
    for b, block in enumerate(filters, start=1):
        for count in block:
            r += 1
            layers.append(
                keras.layers.Conv2D(
                    count,
                    3,
                    padding="same",
                    use_bias=normalise != "before",  # the mean is taken off again at once
                    kernel_initializer=layer_initializer("he_normal", r, seed),
                    name=f"convolution_{r}",
                )
            )
            steps = {"normalisation": keras.layers.BatchNormalization, "relu": keras.layers.ReLU}
            order = {"before": ["normalisation", "relu"], "after": ["relu", "normalisation"], "none": ["relu"]}
            layers += [steps[name](name=f"{name}_{r}") for name in order[normalise]]
        if b < len(filters):
            layers.append(keras.layers.MaxPooling2D(pooling, name=f"pooling_{b}"))
    heads = {
        "average": [keras.layers.GlobalAveragePooling2D(name="average")],
        "dense": [keras.layers.Flatten(name="flatten"), _dense(64, "relu", r + 1, 1, seed)],
    }
    layers += heads[head]
    if dropout:
        layers.append(keras.layers.Dropout(dropout, seed=None if seed is None else check_seed(seed), name="dropout"))
    layers.append(_dense(CLASSES, "softmax", r + 2, 2 if head == "dense" else 1, seed))
    return keras.Sequential(layers, name="improved_cnn")


def _dense(units: int, activation: str, layer: int, number: int, seed: int | None) -> keras.Layer:
    initializer = layer_initializer("glorot_uniform", layer, seed)
    return keras.layers.Dense(units, activation, kernel_initializer=initializer, name=f"dense_{number}")


NETWORKS: dict[str, Callable[..., keras.Model]] = {"report": svhn_cnn, "improved": improved_cnn}
"""The networks that a recipe can name."""

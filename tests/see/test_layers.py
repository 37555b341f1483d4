"""A network taken apart layer by layer: the layers' own answers, and clear words where that cannot be."""

from typing import Any

import keras
import numpy as np
import pytest

from layerwise.see import layers


def test_layers_lead_from_the_picture_to_the_named_one(chain: keras.Sequential) -> None:
    assert [layer.name for layer in layers.layers_to(chain, "pool")] == ["first", "normal", "pool"]


def test_all_layers_give_what_the_network_gives(chain: keras.Sequential, pictures: Any) -> None:
    np.testing.assert_array_equal(layers.after(layers.layers_to(chain, "dense"), pictures), chain(pictures))


def test_sums_are_what_the_activation_gets(chain: keras.Sequential, pictures: Any) -> None:
    nu = layers.sums(chain, "second", pictures)
    np.testing.assert_allclose(np.tanh(nu), layers.after(layers.layers_to(chain, "second"), pictures), atol=1e-6)


def test_what_cannot_be_taken_apart(chain: keras.Sequential, pictures: Any) -> None:
    with pytest.raises(ValueError, match=r"No such layer: third. Existing layers are: .'first', 'normal'"):
        layers.layers_to(chain, "third")
    with pytest.raises(ValueError, match="pool is a MaxPooling2D, not a convolution"):
        layers.convolution(chain, "pool")
    picture = keras.Input((4, 4, 3))
    functional = keras.Model(picture, keras.layers.ReLU()(picture), name="a_graph")
    with pytest.raises(ValueError, match=r"a_graph is a Functional; expected a keras\.Sequential"):
        layers.layers_to(functional, "re_lu")


def test_pictures_that_do_not_fit(chain: keras.Sequential, pictures: Any) -> None:
    with pytest.raises(ValueError, match=r"holds uint8; expected .*scale"):
        layers.as_pictures(chain, (255 * pictures).astype(np.uint8))
    for wrong in (pictures[:, :5], pictures[0], pictures[:0]):
        with pytest.raises(ValueError, match=r"expected pictures \(P, 11, 9, 3\), at least one"):
            layers.as_pictures(chain, wrong)

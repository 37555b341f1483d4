"""Linear readouts, against scikit-learn's ridge regression by brute force."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

from layerwise.see import readout

Array = NDArray[Any]


def ridge_case(features: int) -> tuple[Array, Array, Array, Array]:
    random = np.random.default_rng(features)
    X, new = random.normal(size=(40, features)) + 2, random.normal(size=(15, features)) + 2
    weights = random.normal(size=(features, 2)) / features
    noise = random.normal(size=(55, 2)) * 0.1
    return X, X @ weights + 3 + noise[:40], new, new @ weights + 3 + noise[40:]


@pytest.mark.parametrize("features", [5, 100])
def test_readout_is_ridge_with_the_penalty_of_least_generalised_cross_validation(
    features: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readout, "FEATURES_AT_ONCE", 32)
    X, T, new, _ = ridge_case(features)
    centred = X - X.mean(axis=0)
    spectrum = np.linalg.eigvalsh(centred @ centred.T).clip(0)
    best: tuple[float, Array] | None = None
    for penalty in spectrum.mean() * 10.0 ** np.arange(-6, 5):
        # The hat matrix by brute force: what each unit vector of targets is fitted by, intercept included.
        hat = Ridge(alpha=penalty, solver="cholesky").fit(X, np.eye(40)).predict(X)
        residual = T - hat @ T
        score = np.square(residual).sum() / np.trace(np.eye(40) - hat) ** 2
        if best is None or score < best[0]:
            best = score, Ridge(alpha=penalty, solver="cholesky").fit(X, T).predict(new)
    assert best is not None
    ours = readout.linear_readout(X, {"t": T}, new)["t"]
    np.testing.assert_allclose(ours, best[1], atol=1e-5)


def test_readout_finds_what_is_there_and_nothing_where_nothing_is() -> None:
    X, T, new, truth = ridge_case(20)
    random = np.random.default_rng(9)
    read = readout.linear_readout(X, {"there": T, "not there": random.normal(size=(40, 30))}, new)
    assert r2_score(truth, read["there"]) > 0.6
    assert abs(r2_score(random.normal(size=(15, 30)), read["not there"])) < 0.3


def test_targets_keep_their_shape() -> None:
    X, T, new, _ = ridge_case(5)
    read = readout.linear_readout(X.reshape(40, 5, 1), {"a": T[:, 0], "b": T.reshape(40, 1, 2)}, new.reshape(15, 5, 1))
    assert read["a"].shape == (15,) and read["b"].shape == (15, 1, 2)

"""Digits in every container that people have them in, and a reason for each that is not read."""

import gzip
import hashlib
import io
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from layerwise.data import mnist
from layerwise.data.digits import ARRAYS, DataError
from layerwise.data.mnist import MNIST, load_mnist
from layerwise.data.svhn import load_svhn

pytestmark = pytest.mark.usefixtures("no_settings")

RANDOM = np.random.default_rng(0)
DIGITS = {
    "x_train": RANDOM.integers(0, 256, (5, 28, 28), dtype=np.uint8),
    "y_train": np.arange(5, dtype=np.uint8),
    "x_test": RANDOM.integers(0, 256, (3, 28, 28), dtype=np.uint8),
    "y_test": np.array([7, 8, 9], np.uint8),
}
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


@pytest.fixture(autouse=True)
def small_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight digits pass for MNIST."""
    sha256 = {"digits": hashlib.sha256(b"".join(array.tobytes() for array in DIGITS.values())).hexdigest()}
    layout = {name: f"uint8 {array.shape}" for name, array in DIGITS.items()}
    editions = tuple(
        replace(edition, sha256=sha256, layout=layout if edition.layout else {}) for edition in MNIST.editions
    )
    monkeypatch.setattr(mnist, "MNIST", replace(MNIST, editions=editions))


def npz(folder: Path, **arrays: np.ndarray) -> None:
    np.savez(folder / "mnist.npz", **arrays)


def idx(array: np.ndarray) -> bytes:
    # As the page of 1998 describes it.
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def idx_files(folder: Path, joint: str = "-", packed: str = "") -> None:
    for name, array in zip(NAMES, DIGITS.values(), strict=True):
        content = idx(array)
        name = name.replace("-idx", f"{joint}idx") + packed
        (folder / name).write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: npz(folder, **DIGITS),
        lambda folder: npz(folder, **{name: array.astype(np.int64) for name, array in DIGITS.items()}),
        lambda folder: npz(folder, **{name: array.astype(float) for name, array in DIGITS.items()}),
        lambda folder: npz(folder, **{name: array.reshape(len(array), -1) for name, array in DIGITS.items()}),
        lambda folder: npz(folder, **{name: array[..., np.newaxis] for name, array in DIGITS.items()}),
        idx_files,
        lambda folder: idx_files(folder, packed=".gz"),
        lambda folder: idx_files(folder, joint="."),
    ],
    ids=["as it is", "int64", "float", "flat", "one channel", "idx", "idx.gz", "idx with points"],
)
def test_the_same_digits_are_read_from_any_container(tmp_path: Path, write) -> None:
    write(tmp_path)
    digits = load_mnist(folder=tmp_path)
    assert digits.key == "mnist" and digits.x_train.dtype == np.uint8 and digits.y_test.dtype == np.int64
    for name, array in DIGITS.items():
        np.testing.assert_array_equal(getattr(digits, name), array)


def pickled() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **{name: np.array([{}]) for name in ARRAYS})
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("mnist.npz", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a pointer of Git LFS"),
        ("mnist.npz", b"\n<!DOCTYPE html><title>403</title>", "is a web page that was saved under this name"),
        ("mnist.npz", b"\x80\x04\x95", "is a pickle, which could run a stranger's code"),
        ("mnist.npz", pickled(), "all of plain numbers, or is damaged"),
        ("mnist.npz", b"", "or is damaged"),
        ("mnist.pkl.gz", b"\x1f\x8b", "It holds mnist.pkl.gz: a pickle could run a stranger's code"),
        ("mnist_train.csv", b"5,0,0", "It holds mnist_train.csv: the digits are read from mnist.npz or the four idx"),
        ("extra_32x32.mat", b"", "It holds extra_32x32.mat: the extra digits of SVHN are not used"),
        ("train.tar.gz", b"", "It holds train.tar.gz: whole photographs of SVHN are not used"),
        (NAMES[0], b"\0\0\x08\x03", "There is no train-labels-idx1-ubyte in the folder"),
    ],
)
def test_what_is_not_read_is_named_for_what_it_is(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    # A folder of MNIST says nothing of house numbers; one with neither is an error for both.
    for load in [load_mnist] if name in ("mnist.npz", NAMES[0]) else [load_mnist, load_svhn]:
        with pytest.raises(DataError) as caught:
            load(folder=tmp_path)
        assert reason in str(caught.value)
        assert "allow_pickle" not in str(caught.value) and "unsafe" not in str(caught.value)


def test_an_idx_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    idx_files(tmp_path)
    path = tmp_path / NAMES[0]
    for content in (path.read_bytes()[:-1], b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", b"\0\0"):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"train-images-idx3-ubyte is damaged, or no idx file of bytes"):
            load_mnist(folder=tmp_path)


def test_a_file_where_a_folder_is_meant_is_said_to_be_one(tmp_path: Path) -> None:
    npz(tmp_path, **DIGITS)
    with pytest.raises(DataError, match="is a file; name the folder that it lies in, LAYERWISE_DATA="):
        load_mnist(folder=tmp_path / "mnist.npz")


def test_pixels_that_were_scaled_already_are_other_arrays(tmp_path: Path) -> None:
    npz(tmp_path, **{name: array / 255 if name[0] == "x" else array for name, array in DIGITS.items()})
    with pytest.raises(DataError, match=r"holds x_train float64 \(5, 28, 28\), .* expected x_train uint8"):
        load_mnist(folder=tmp_path)

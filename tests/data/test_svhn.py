"""The sources of SVHN in their order, and what each does when something is wrong. No test leaves this machine."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

from layerwise.data import loading, svhn
from layerwise.data.digits import DataError, Digits
from layerwise.data.svhn import SVHN_FILES, cut_svhn_sample, download_svhn, load_svhn, svhn_files
from layerwise.data.synthetic.plates import house_numbers
from local_server import Server

DATA = os.environ.get("LAYERWISE_DATA")  # read before no_settings hides it
pytestmark = pytest.mark.usefixtures("no_settings")

LABELS = {"train_32x32.mat": [1, 10, 9, 2, 10, 7], "test_32x32.mat": [10, 3, 5]}
"""Labels of two small files in the official form, where 10 stands for the digit 0."""


def pictures(count: int) -> np.ndarray:
    """``count`` pictures in the official form, (height, width, colour, pattern)."""
    return np.random.default_rng(count).integers(0, 256, size=(32, 32, 3, count), dtype=np.uint8)


def mat(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, arrays, do_compression=True)
    return buffer.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def pin(monkeypatch: pytest.MonkeyPatch, name: str, content: bytes) -> None:
    """Let a file pass for the official one."""
    monkeypatch.setitem(SVHN_FILES, name, hashlib.sha256(content).hexdigest())


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Two small files that pass for the official ones: the pinned counts and hashes are replaced by theirs."""
    files = {}
    for name, labels in LABELS.items():
        files[name] = mat(X=pictures(len(labels)), y=np.array(labels, dtype=np.uint8)[:, None])
        pin(monkeypatch, name, files[name])
    return files


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    """Arrays that pass for those of the sample."""
    random = np.random.default_rng(0)
    arrays = {
        "x_train": random.integers(0, 256, size=(4, 32, 32, 3), dtype=np.uint8),
        "y_train": np.array([1, 2, 0, 9], dtype=np.uint8),
        "x_test": random.integers(0, 256, size=(1, 32, 32, 3), dtype=np.uint8),
        "y_test": np.array([5], dtype=np.uint8),
        "photo_train": np.array([1, 1, 2, 300], dtype=np.int32),
        "photo_test": np.array([301], dtype=np.int32),
    }
    content = [array.tobytes() for array in arrays.values()]
    hashes = {"digits": b"".join(content[:4]), "photos": b"".join(content[4:])}
    for name, bytes_ in hashes.items():
        monkeypatch.setitem(svhn.SVHN_SAMPLE_SHA256, name, hashlib.sha256(bytes_).hexdigest())
    for name, array in arrays.items():
        monkeypatch.setitem(svhn.SAMPLE_LAYOUT, name, f"{array.dtype} {array.shape}")
    return arrays


@pytest.fixture(autouse=True)
def few_synthetic_digits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forty and ten instead of thousands."""
    monkeypatch.setitem(svhn.SYNTHETIC_TRAIN, "count", 40)
    monkeypatch.setitem(svhn.SYNTHETIC_TEST, "count", 10)
    svhn._synthetic.cache_clear()
    yield
    svhn._synthetic.cache_clear()


@pytest.fixture(autouse=True)
def no_download(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where a test names neither, the cache is empty and the official source out of reach."""
    monkeypatch.setattr(loading, "cache_folder", lambda folder: Path(folder or tmp_path / "no cache"))
    monkeypatch.setattr(svhn, "SVHN", replace(svhn.SVHN, url="http://127.0.0.1:9/"))


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def folder_of(server: Server) -> str:
    return server.url.rpartition("/")[0] + "/"


# The official files


def test_official_pictures_come_one_a_row_and_label_10_is_the_digit_0(
    tmp_path: Path, official: dict[str, bytes]
) -> None:
    digits = load_svhn(folder=write(tmp_path / "data", official))
    assert digits.key == "svhn"
    assert digits.y_train.tolist() == [1, 0, 9, 2, 0, 7] and digits.y_test.tolist() == [0, 3, 5]
    assert (digits.x_train.dtype, digits.y_train.dtype) == (np.uint8, np.int64)
    assert digits.x_train.shape == (6, 32, 32, 3)
    stored = pictures(6)
    for pattern, row, column, colour in [(0, 0, 0, 0), (5, 31, 0, 2), (2, 3, 17, 1)]:
        assert digits.x_train[pattern, row, column, colour] == stored[row, column, colour, pattern]
    np.testing.assert_array_equal(digits.x_test[1], pictures(3)[..., 1])
    assert digits.photo_train is None and digits.photo_test is None
    assert "official split, 6 training and 3 test digits, from the folder that LAYERWISE_DATA names" in digits.source
    assert digits.which.endswith("official split, 6 training and 3 test digits")


def test_official_hash_is_of_the_bytes_of_the_four_arrays(tmp_path: Path, official: dict[str, bytes]) -> None:
    digits = load_svhn(folder=write(tmp_path / "data", official))
    content = [digits.x_train.tobytes(), bytes([1, 0, 9, 2, 0, 7]), digits.x_test.tobytes(), bytes([0, 3, 5])]
    assert digits.sha256 == hashlib.sha256(b"".join(content)).hexdigest()


def test_the_environment_names_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, official: dict[str, bytes]
) -> None:
    monkeypatch.setenv("LAYERWISE_DATA", str(write(tmp_path / "data", official)))
    assert load_svhn().key == "svhn"


def test_loading_again_reads_nothing_and_arrays_are_read_only(tmp_path: Path, official: dict[str, bytes]) -> None:
    folder = write(tmp_path / "data", official)
    digits = load_svhn(folder=folder)
    assert load_svhn(folder=folder).x_train is digits.x_train
    with pytest.raises(ValueError, match="read-only"):
        digits.x_train[0, 0, 0, 0] = 1


def test_a_file_that_changed_is_read_again(tmp_path: Path, official: dict[str, bytes]) -> None:
    folder = write(tmp_path / "data", official)
    load_svhn(folder=folder)
    (folder / "test_32x32.mat").write_bytes(b"something else")
    with pytest.raises(DataError, match=r"test_32x32\.mat is damaged"):
        load_svhn(folder=folder)


@pytest.mark.parametrize("missing", list(SVHN_FILES))
def test_one_official_file_lacks_the_other(
    missing: str, tmp_path: Path, official: dict[str, bytes], sample: dict[str, np.ndarray]
) -> None:
    """The sample is no substitute: who has put one official file there wants the official split."""
    del official[missing]
    folder = write(tmp_path / "data", official | {"svhn_sample.npz": npz(**sample)})
    with pytest.raises(DataError, match=rf"no {missing} in the folder .*two files.*--download-svhn"):
        load_svhn(folder=folder)


@pytest.mark.parametrize("damage", [lambda content: content[:-20], lambda content: content + b"!", lambda content: b""])
@pytest.mark.parametrize("name", list(SVHN_FILES))
def test_a_damaged_official_file_is_refused(name: str, damage: Any, tmp_path: Path, official: dict[str, bytes]) -> None:
    official[name] = damage(official[name])
    message = rf"{name} is damaged or not the official file: its SHA-256 is \w{{64}}, expected \w{{64}}\. Remove it"
    with pytest.raises(DataError, match=message) as caught:
        load_svhn(folder=write(tmp_path / "data", official))
    assert "python -m layerwise data --download-svhn" in str(caught.value)


def test_official_files_with_each_other_s_names_are_refused(tmp_path: Path, official: dict[str, bytes]) -> None:
    swapped = dict(zip(official, reversed(list(official.values())), strict=True))
    with pytest.raises(DataError, match="is damaged or not the official file"):
        load_svhn(folder=write(tmp_path / "data", swapped))


# The sample


def test_the_sample_knows_its_photographs(tmp_path: Path, sample: dict[str, np.ndarray]) -> None:
    digits = load_svhn(folder=write(tmp_path / "data", {"svhn_sample.npz": npz(**sample)}))
    assert digits.key == "svhn_sample" and "a sample of SVHN, 4 training and 1 test digits" in digits.source
    for name, array in sample.items():
        np.testing.assert_array_equal(getattr(digits, name), array)
        assert not getattr(digits, name).flags.writeable
    assert digits.y_train.dtype == np.int64
    assert digits.sha256 == svhn.SVHN_SAMPLE_SHA256["digits"]


def test_the_official_files_come_before_the_sample(
    tmp_path: Path, official: dict[str, bytes], sample: dict[str, np.ndarray]
) -> None:
    folder = write(tmp_path / "data", official | {"svhn_sample.npz": npz(**sample)})
    assert load_svhn(folder=folder).key == "svhn"


@pytest.mark.parametrize("name", ["x_train", "y_train", "x_test", "y_test", "photo_train", "photo_test"])
def test_a_sample_with_one_other_number_is_refused(name: str, tmp_path: Path, sample: dict[str, np.ndarray]) -> None:
    changed = sample[name].copy()
    changed.flat[-1] ^= 1
    content = npz(**sample | {name: changed})
    with pytest.raises(DataError, match="is not the svhn_sample that the book knows"):
        load_svhn(folder=write(tmp_path / "data", {"svhn_sample.npz": content}))


def test_a_damaged_sample_is_refused(tmp_path: Path, sample: dict[str, np.ndarray]) -> None:
    whole = npz(**sample)
    without_photos = npz(**{name: array for name, array in sample.items() if not name.startswith("photo")})
    for content in (whole[: len(whole) // 2], without_photos, b""):
        with pytest.raises(
            DataError, match=r"svhn_sample\.npz is not an \.npz file with the arrays x_train.*photo_test"
        ):
            load_svhn(folder=write(tmp_path / "data", {"svhn_sample.npz": content}))


# The sample cut from the official test file


def test_the_numbers_of_the_sample_s_photographs_ship() -> None:
    photos = np.repeat(np.arange(1, 5034, dtype="<i4"), svhn._DIGITS_OF_PHOTO)
    assert hashlib.sha256(photos.tobytes()).hexdigest() == svhn.SVHN_SAMPLE_SHA256["photos"]
    assert (photos <= svhn.PHOTOS_FOR_TRAINING).sum() == 7999
    assert sum(k * count for k, count in svhn.SVHN_SAMPLE_PHOTOS.items()) == 7999


@pytest.fixture
def test_file(sample: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A file that passes for the official test set and begins with the sample's digits; two more follow."""
    x = np.concatenate([sample["x_train"], sample["x_test"], np.zeros((2, 32, 32, 3), np.uint8)])
    y = np.concatenate([sample["y_train"], sample["y_test"], [1, 1]]).astype(np.uint8)
    content = mat(X=np.moveaxis(x, 0, 3), y=np.where(y == 0, 10, y).astype(np.uint8)[:, None])
    pin(monkeypatch, "test_32x32.mat", content)
    photos = np.concatenate([sample["photo_train"], sample["photo_test"]])
    monkeypatch.setattr(svhn, "_DIGITS_OF_PHOTO", np.bincount(photos)[1:])
    monkeypatch.setattr(svhn, "PHOTOS_FOR_TRAINING", 300)
    return content


@pytest.mark.parametrize("place", ["named", "cache", "server"])
def test_the_sample_is_cut_from_the_official_test_file(
    place: str,
    tmp_path: Path,
    test_file: bytes,
    sample: dict[str, np.ndarray],
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {"test_32x32.mat": test_file}
    if place == "server":
        server.files = files
    else:
        write(tmp_path / place, files)
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path / "named"))
    written = cut_svhn_sample(tmp_path / "cut", cache=tmp_path / "cache", url=folder_of(server))
    assert written == tmp_path / "cut" / "svhn_sample.npz" and files_in(tmp_path / "cut") == ["svhn_sample.npz"]
    digits = load_svhn(folder=tmp_path / "cut")
    assert digits.key == "svhn_sample"
    for name, array in sample.items():
        np.testing.assert_array_equal(getattr(digits, name), array)


def test_what_is_not_the_sample_is_not_written(
    tmp_path: Path, test_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = write(tmp_path / "cache", {"test_32x32.mat": test_file})
    with pytest.raises(DataError, match="holds an official file of SVHN, which is used before the sample"):
        cut_svhn_sample(cache, cache=cache)
    monkeypatch.setitem(svhn.SVHN_SAMPLE_SHA256, "photos", "0" * 64)
    with pytest.raises(DataError, match=r"what was cut from .* has the SHA-256"):
        cut_svhn_sample(tmp_path / "cut", cache=cache)
    (cache / "test_32x32.mat").write_bytes(test_file[:-1])
    with pytest.raises(DataError, match="is damaged or not the official file"):
        cut_svhn_sample(tmp_path / "cut", cache=cache)
    assert not (tmp_path / "cut").exists()


def test_what_is_there_is_found_without_reading_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerwise.data.svhn.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("LAYERWISE_DATA", raising=False)
    assert svhn_files() == []
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "test_32x32.mat").write_text("no SVHN")
    assert svhn_files() == [tmp_path / "cache" / "test_32x32.mat"]
    (tmp_path / "named").mkdir()
    (tmp_path / "named" / "svhn_sample.npz").write_text("no SVHN")
    (tmp_path / "named" / "mnist.npz").write_text("no MNIST")
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path / "named"))
    assert svhn_files() == [tmp_path / "named" / "svhn_sample.npz", tmp_path / "cache" / "test_32x32.mat"]


@pytest.fixture
def real_sample() -> Digits:
    if DATA is None or not (Path(DATA) / "svhn_sample.npz").is_file():
        pytest.skip("the sample is not on this machine: LAYERWISE_DATA names no folder with svhn_sample.npz")
    return load_svhn(folder=DATA)


def test_the_real_sample_is_what_the_data_chapter_says(real_sample: Digits) -> None:
    """Counts as the sample was documented when it was made."""
    train, test = real_sample.photo_train, real_sample.photo_test
    assert train is not None and test is not None
    assert np.bincount(real_sample.y_train).tolist() == [543, 1536, 1278, 889, 794, 732, 616, 605, 503, 503]
    assert np.bincount(real_sample.y_test).tolist() == [141, 432, 312, 215, 170, 177, 157, 162, 118, 117]
    sizes, photos = np.unique(np.unique(train, return_counts=True)[1], return_counts=True)
    assert dict(zip(sizes.tolist(), photos.tolist(), strict=True)) == svhn.SVHN_SAMPLE_PHOTOS
    # The photographs stand one after the other, so that a cut between neighbouring rows divides at most one.
    assert np.unique(train).tolist() == list(range(1, 4032)) and (np.diff(train) >= 0).all()
    assert np.unique(test).tolist() == list(range(4032, 5034)) and (np.diff(test) >= 0).all()


# The other places


def test_a_folder_with_other_data_says_nothing_of_svhn(tmp_path: Path, official: dict[str, bytes]) -> None:
    folder = write(tmp_path / "data", {"mnist.npz": b""})
    synthetic = load_svhn(folder=folder, cache=tmp_path / "cache")
    assert synthetic.key == "svhn_synthetic"
    cached = load_svhn(folder=folder, cache=write(tmp_path / "cache", official))
    assert cached.key == "svhn" and "from this computer's cache" in cached.source
    for digits in (synthetic, cached):
        assert "(the folder that LAYERWISE_DATA names holds no SVHN)" in digits.source


@pytest.mark.parametrize("exists", [True, False])
def test_a_named_folder_without_data_is_an_error(exists: bool, tmp_path: Path, official: dict[str, bytes]) -> None:
    folder = tmp_path / "data"
    if exists:
        folder.mkdir()
    with pytest.raises(
        DataError,
        match=r"neither train_32x32\.mat nor svhn_sample\.npz in the folder .*[/\\]data that was named\. SVHN",
    ):
        load_svhn(folder=folder, cache=write(tmp_path / "cache", official))


def test_the_cache_comes_before_synthetic_digits(tmp_path: Path, official: dict[str, bytes]) -> None:
    digits = load_svhn(cache=write(tmp_path / "cache", official))
    assert digits.key == "svhn" and "from this computer's cache" in digits.source


@pytest.mark.parametrize("damage", [None, b"half a file"])
def test_a_cache_that_is_not_whole_gives_synthetic_digits(
    damage: bytes | None, tmp_path: Path, official: dict[str, bytes]
) -> None:
    if damage is None:
        del official["test_32x32.mat"]
    else:
        official["test_32x32.mat"] = damage
    digits = load_svhn(cache=write(tmp_path / "cache", official))
    assert digits.key == "svhn_synthetic"
    assert ("SVHN in this computer's cache is damaged" in digits.source) == (damage is not None)


def test_nothing_is_downloaded_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **settings: Any) -> None:
        raise AssertionError("246 MB were asked for")

    monkeypatch.setattr(loading, "download_files", refuse)
    assert load_svhn(cache=tmp_path / "cache").key == "svhn_synthetic"
    assert not (tmp_path / "cache").exists()


def test_synthetic_digits_are_drawn_once_and_differ_between_the_parts() -> None:
    digits = load_svhn()
    assert "synthetic house numbers drawn by the package, 40 for training and 10 for testing" in digits.source
    assert digits.x_train.shape == (40, 32, 32, 3) and digits.x_test.shape == (10, 32, 32, 3)
    assert (digits.x_train.dtype, digits.y_train.dtype) == (np.uint8, np.int64)
    assert load_svhn().x_train is digits.x_train
    x_test, y_test = house_numbers(10, seed=20_000)
    np.testing.assert_array_equal(digits.x_test, x_test)
    np.testing.assert_array_equal(digits.y_test, y_test)
    assert not any((digits.x_train == picture).all(axis=(1, 2, 3)).any() for picture in x_test)
    content = [digits.x_train.tobytes(), bytes(digits.y_train.tolist()), x_test.tobytes(), bytes(y_test.tolist())]
    assert digits.sha256 == hashlib.sha256(b"".join(content)).hexdigest()


# Downloads


def test_both_files_are_downloaded_into_the_cache(
    tmp_path: Path, server: Server, official: dict[str, bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    server.files = official
    paths = download_svhn(cache=tmp_path, url=folder_of(server))
    assert [path.name for path in paths] == ["train_32x32.mat", "test_32x32.mat"]
    assert files_in(tmp_path) == ["test_32x32.mat", "train_32x32.mat"]
    assert load_svhn(cache=tmp_path).y_test.tolist() == [0, 3, 5]
    assert capfd.readouterr() == ("", "")
    server.close()
    assert download_svhn(cache=tmp_path, url=folder_of(server)) == paths  # they are there: nobody is asked


def test_another_file_is_thrown_away_and_the_whole_one_kept(
    tmp_path: Path, server: Server, official: dict[str, bytes]
) -> None:
    server.files = official | {"test_32x32.mat": official["test_32x32.mat"][:-9] + b"different"}
    with pytest.raises(DataError, match=r"127\.0\.0\.1 sent a file whose SHA-256 is not"):
        download_svhn(cache=tmp_path, url=folder_of(server))
    assert files_in(tmp_path) == ["train_32x32.mat"]
    assert load_svhn(cache=tmp_path).key == "svhn_synthetic"

    server.files = official
    asked = server.requests
    download_svhn(cache=tmp_path, url=folder_of(server))
    assert server.requests == asked + 2  # whether it answers, and the missing file: the first one is whole
    assert load_svhn(cache=tmp_path).key == "svhn"


def test_half_a_file_is_thrown_away(tmp_path: Path, server: Server, official: dict[str, bytes]) -> None:
    whole = official["train_32x32.mat"]
    server.files = {"train_32x32.mat": whole[: len(whole) // 2]}
    server.announced = len(whole)
    with pytest.raises(DataError, match="stopped half-way"):
        download_svhn(cache=tmp_path, url=folder_of(server))
    assert files_in(tmp_path) == []


def test_no_connection_is_reported(tmp_path: Path, server: Server) -> None:
    server.close()
    with pytest.raises(DataError, match=r"127\.0\.0\.1 could not be reached"):
        download_svhn(cache=tmp_path, url=folder_of(server))
    assert files_in(tmp_path) == []


def test_downloads_can_be_forbidden(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERWISE_OFFLINE", "1")
    with pytest.raises(DataError, match="LAYERWISE_OFFLINE"):
        download_svhn(cache=tmp_path, url=folder_of(server))
    assert server.requests == 0

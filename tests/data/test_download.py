"""What a download leaves behind, and where data are looked for. The tests of MNIST and SVHN go through it as well."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from layerwise.data.digits import DataError
from layerwise.data.download import cache_folder, download, named_folder
from layerwise.data.loading import holds_data
from local_server import Server

BODY = bytes(range(256)) * 500
SHA256 = hashlib.sha256(BODY).hexdigest()
pytestmark = pytest.mark.usefixtures("no_settings")


def test_a_whole_file_needs_no_network(tmp_path: Path, server: Server) -> None:
    server.body = BODY
    path = download(server.url, name="file", sha256=SHA256, cache=tmp_path / "new" / "folder")
    assert path.read_bytes() == BODY and path.parent == tmp_path / "new" / "folder"
    server.close()
    assert download(server.url, name="file", sha256=SHA256, cache=path.parent) == path


def test_a_damaged_file_is_replaced(tmp_path: Path, server: Server) -> None:
    (tmp_path / "file").write_bytes(BODY[:-1])
    server.body = BODY
    assert download(server.url, name="file", sha256=SHA256, cache=tmp_path).read_bytes() == BODY


def test_a_failure_leaves_nothing_and_is_not_remembered(tmp_path: Path, server: Server) -> None:
    server.body, server.announced = BODY[:1000], len(BODY)
    with pytest.raises(DataError, match="stopped half-way"):
        download(server.url, name="file", sha256=SHA256, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []
    server.body, server.announced = BODY, None
    assert download(server.url, name="file", sha256=SHA256, cache=tmp_path).read_bytes() == BODY


def test_a_host_that_stalls_half_way_is_given_up(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layerwise.data.download.READ_SECONDS", 0.2)
    server.body, server.stalls_after = BODY, 70_000
    with pytest.raises(DataError, match=r"could not be reached|stopped half-way"):
        download(server.url, name="file", sha256=SHA256, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "answered 403 when asked for file"), (200, "sent a file whose SHA-256 is not")],
    ids=["forbidden", "a page instead"],
)
def test_a_host_that_sends_a_page_is_refused(status: int, reason: str, tmp_path: Path, server: Server) -> None:
    (tmp_path / "other").write_text("of another download")
    server.status, server.body = status, b"<!doctype html><title>Please log in</title>"
    with pytest.raises(DataError, match=reason):
        download(server.url, name="file", sha256=SHA256, cache=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_cache_that_may_not_be_written_is_named(server: Server, unwritable: Path) -> None:
    server.body = BODY
    with pytest.raises(DataError, match=r"the cache folder cannot be written \(Permission denied\)"):
        download(server.url, name="file", sha256=SHA256, cache=unwritable)


@pytest.mark.parametrize("progress", [True, False])
def test_progress_is_shown_where_asked(
    progress: bool, tmp_path: Path, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    server.body = BODY
    download(server.url, name="file", sha256=SHA256, cache=tmp_path, progress=progress)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert ("100%" in captured.err) == progress
    assert bool(captured.err) == progress  # a build takes words on stderr for trouble


def test_downloads_can_be_forbidden(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERWISE_OFFLINE", "1")
    with pytest.raises(DataError, match="LAYERWISE_OFFLINE forbids"):
        download(server.url, name="file", sha256=SHA256, cache=tmp_path)
    assert server.requests == 0
    monkeypatch.setenv("LAYERWISE_OFFLINE", "0")
    server.body = BODY
    assert download(server.url, name="file", sha256=SHA256, cache=tmp_path).is_file()


def test_a_folder_may_be_named_in_two_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named_folder() is None
    monkeypatch.setenv("LAYERWISE_DATA", "~/digits")
    assert named_folder() == Path.home() / "digits"
    assert named_folder(tmp_path) == tmp_path


@pytest.mark.parametrize("name", ["mnist.npz", "train_32x32.mat", "test_32x32.mat", "svhn_sample.npz"])
def test_any_data_file_shows_what_a_folder_is_for(name: str, tmp_path: Path) -> None:
    assert not holds_data(tmp_path) and not holds_data(tmp_path / "missing")
    (tmp_path / name).mkdir()  # a folder of that name is no file
    assert not holds_data(tmp_path)
    (tmp_path / name).rmdir()
    (tmp_path / name).touch()
    assert holds_data(tmp_path)


def test_the_users_cache_is_the_default(tmp_path: Path) -> None:
    assert cache_folder().name == "layerwise"
    assert cache_folder(tmp_path) == tmp_path

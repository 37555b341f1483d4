"""Where data files are: in a folder that the reader names, in the user's cache, at an official source.

What is downloaded comes whole or not at all, and is checked against a pinned SHA-256.
"""

import contextlib
import os
import tempfile
import threading
import time
import warnings
from pathlib import Path
from urllib.parse import urlsplit

import requests

from layerwise.data.digits import DataError

with warnings.catch_warnings():
    # In a notebook pooch's progress bars complain at its import that Jupyter's widgets are missing.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import pooch


CONNECT_SECONDS = 4.0
"""How long a server may take to begin its answer; a machine without a network waits no longer than this."""


READ_SECONDS = 15.0
"""How long a download that has begun may stall."""


RETRY_SECONDS = 600.0
"""How long a failed download is remembered, so that one build without a network waits once, not in every chapter."""


def named_folder(folder: str | os.PathLike[str] | None = None) -> Path | None:
    """The reader's own folder of data: the one given, else the one that ``LAYERWISE_DATA`` names, else None."""
    folder = folder or os.environ.get("LAYERWISE_DATA")
    return Path(folder).expanduser() if folder else None


def cache_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """The folder that keeps downloads: the one that is named, by default the user's cache for ``layerwise``."""
    return Path(folder) if folder else Path(pooch.os_cache("layerwise"))


def download(url: str, *, name: str, sha256: str, cache: Path, progress: bool = False) -> Path:
    """Download a file into a folder, whole or not at all; a file that is there already and whole is left alone.

    Parameters
    ----------
    url : str
    name : str
        What the file is called in the folder.
    sha256 : str
        The only SHA-256 that the file may have.
    cache : path
        The folder; made when missing.
    progress : bool
        Whether a bar on the terminal (stderr) shows how far the download is.

    Returns
    -------
    path
        The file, its SHA-256 checked.

    Raises
    ------
    DataError
        If the server cannot be reached, refuses, stops half-way, or sends another file. Nothing is left behind then,
        and a later call tries again. Also where the environment variable ``LAYERWISE_OFFLINE`` forbids downloads.
    """
    _refuse_offline()
    path = cache / name
    host = urlsplit(url).hostname
    pooch.get_logger().setLevel("ERROR")  # it reports on stderr, which a build takes for trouble
    try:
        cache.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=cache).close()
        if not (path.is_file() and pooch.file_hash(path) == sha256):
            _wait_for_answer(url)
            pooch.retrieve(
                url,
                known_hash=f"sha256:{sha256}",
                fname=name,
                path=cache,
                downloader=pooch.HTTPDownloader(
                    progressbar=progress, timeout=(CONNECT_SECONDS, READ_SECONDS), chunk_size=1 << 16
                ),
            )
    except requests.HTTPError as error:
        raise DataError(
            f"{host} answered {getattr(error.response, 'status_code', 'an error')} when asked for {name}"
        ) from error
    except (requests.ConnectionError, requests.Timeout, TimeoutError) as error:
        raise DataError(f"{host} could not be reached") from error
    except requests.RequestException as error:
        raise DataError(f"the download from {host} stopped half-way") from error
    except ValueError as error:  # pooch's word for a wrong hash
        raise DataError(f"{host} sent a file whose SHA-256 is not {sha256}, so it was thrown away") from error
    except OSError as error:
        raise DataError(f"the cache folder cannot be written ({error.strerror})") from error
    _failure_note(path).unlink(missing_ok=True)
    return path


def download_unless_it_just_failed(url: str, *, name: str, sha256: str, cache: Path, progress: bool = False) -> Path:
    """As :func:`download`, but not where a note on disk says that it failed a moment ago.

    Raises
    ------
    DataError
        As :func:`download`; also if the last attempt failed within ``RETRY_SECONDS``.
    """
    _refuse_offline()  # here already: a ban is no failure to remember
    note = _failure_note(cache / name)
    try:
        if 0 <= time.time() - note.stat().st_mtime < RETRY_SECONDS:
            raise DataError(note.read_text(encoding="utf-8"))
    except OSError:
        pass  # no note: nothing failed lately
    try:
        return download(url, name=name, sha256=sha256, cache=cache, progress=progress)
    except DataError as error:
        with contextlib.suppress(OSError):  # a folder that cannot be written has failed without any waiting
            note.write_text(str(error), encoding="utf-8")
        raise


def _refuse_offline() -> None:
    if os.environ.get("LAYERWISE_OFFLINE", "0") not in ("", "0"):
        raise DataError("LAYERWISE_OFFLINE forbids a download")


def _failure_note(path: Path) -> Path:
    return path.with_name(f"{path.name}.failed")


def _wait_for_answer(url: str) -> None:
    """Return once ``url`` has begun to answer; raise what went wrong, or TimeoutError after ``CONNECT_SECONDS``.

    A timeout of requests bounds neither the look-up of a name nor the sum over a host's addresses, so the attempt runs
    in a thread that is left behind when it takes too long.
    """
    problems: list[Exception] = []

    def ask() -> None:
        try:
            with requests.get(url, stream=True, timeout=CONNECT_SECONDS) as answer:
                answer.raise_for_status()
        except Exception as problem:  # carried to the caller below
            problems.append(problem)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS)
    if thread.is_alive():
        raise TimeoutError
    if problems:
        raise problems[0]

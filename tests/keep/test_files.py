"""Files are there whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from layerwise.keep.files import write_whole


@pytest.mark.parametrize("content", ["ν and δ\n", b"\x00\xff"])
def test_what_is_written_is_read(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file.txt"
    write_whole(path, content)
    assert (path.read_text(encoding="utf-8") if isinstance(content, str) else path.read_bytes()) == content
    assert path.stat().st_mode & 0o777 == 0o644
    write_whole(path, "short")
    assert path.read_text() == "short"
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.txt"
    write_whole(path, "before")

    def no_space(*names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_space)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path: Path) -> None:
    """A real limit of the system, in a process of its own; it stops the file after its first kilobyte."""
    pytest.importorskip("resource", reason="Windows limits no file's size")
    path = tmp_path / "file.txt"
    write_whole(path, "before")
    code = f"""
import resource
from layerwise.keep.files import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
write_whole({str(path)!r}, "after" * 1000)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and "File too large" in done.stderr
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_may_not_be_written_is_left_alone(unwritable: Path) -> None:
    with pytest.raises(PermissionError, match="Permission denied"):
        write_whole(unwritable / "file.txt", "after")
    assert list(unwritable.iterdir()) == []

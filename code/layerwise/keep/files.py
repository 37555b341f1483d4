"""Files that are written whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file under a name of its own first and rename it then.

    A rename cannot be caught half-way, and where two processes write, the later one wins. What was there before stays
    until then.

    Parameters
    ----------
    path : path
        Its folder is made if missing.
    content : str or bytes
        Text is written as UTF-8.

    Raises
    ------
    OSError
        If the folder cannot be written; nothing is left behind.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(temporary, 0o644)  # mkstemp lets only the owner read
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)

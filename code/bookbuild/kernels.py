"""Kernels that talk through files of their own instead of network ports.

jupyter_client looks for free ports and lets the kernel open them later. Two kernels that start at the same moment, as
they do in tests on several processes, can be given the same ones, and then one of them never answers.
"""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path

from jupyter_client.connect import ConnectionFileMixin
from jupyter_client.manager import AsyncKernelManager, KernelManager
from traitlets import default

_sockets = tempfile.TemporaryDirectory(prefix="kernels-")


class _OwnFiles(ConnectionFileMixin):
    """Connect by ZeroMQ's ``ipc``, under a name that no other kernel has."""

    @default("transport")
    def _transport_default(self) -> str:
        return "ipc"

    @default("ip")
    def _ip_default(self) -> str:
        return str(Path(_sockets.name) / uuid.uuid4().hex[:12])


class OwnKernelManager(_OwnFiles, KernelManager):
    """For nbval, which waits."""


class OwnAsyncKernelManager(_OwnFiles, AsyncKernelManager):
    """For nbclient, which does not."""

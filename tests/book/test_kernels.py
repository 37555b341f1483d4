"""Kernels of different processes cannot get in each other's way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bookbuild.kernels import OwnAsyncKernelManager, OwnKernelManager


def answer(number: int) -> str:
    """What a kernel of its own prints."""
    manager = OwnKernelManager()
    manager.start_kernel()
    try:
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        printed: list[str] = []
        client.execute_interactive(
            f"print({number} ** 2)",
            timeout=60,
            output_hook=lambda message: printed.append(message["content"].get("text", "")),
        )
        client.stop_channels()
        return "".join(printed).strip()
    finally:
        manager.shutdown_kernel(now=True)


def test_kernels_that_start_together_answer_each_for_itself() -> None:
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(answer, range(4))) == ["0", "1", "4", "9"]


def test_no_kernel_uses_a_port_and_none_another_s_files() -> None:
    managers = [OwnKernelManager(), OwnKernelManager(), OwnAsyncKernelManager()]
    assert {manager.transport for manager in managers} == {"ipc"}
    assert len({manager.ip for manager in managers}) == 3
    assert all(Path(manager.ip).parent.is_dir() for manager in managers)

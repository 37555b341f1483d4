"""How this project computes: which instructions, how many threads, what TensorFlow is told.

Six libraries choose their instructions by the processor that they find, and round differently with each choice; after
thousands of updates of a deep network a last digit is as good as another seed. So the choice is capped at what every
x86-64 processor of the last ten years has (AVX2 and FMA). These are defaults, read once when NumPy, SciPy and
TensorFlow load: :mod:`layerwise` sets them when it is first imported, which has to come before those. A reader's own
environment wins.
"""

import os
import platform
from collections.abc import Mapping, MutableMapping
from importlib.metadata import PackageNotFoundError, version

_THREADS = {
    # Our matrices are small, and threads that wait for each other on a busy machine cost more than they bring.
    "OPENBLAS_NUM_THREADS": "1",
    # TensorFlow cuts sums by its number of threads: the same cut everywhere, whatever the machine has.
    "TF_NUM_INTRAOP_THREADS": "2",
}
_TENSORFLOW = {
    # It would say on stderr that it is on, and no chapter may write there. Trainings of house numbers turn it on.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # The compiled trainer is TensorFlow's, so Keras has to use it too.
    "KERAS_BACKEND": "tensorflow",
}
_CAPS = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    # With oneDNN's operations off too: TensorFlow's own products use its kernels.
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}
# A flag that TensorFlow does not know ends the process, so they are given to releases that are known to take them.
_XLA_CAPS = "--xla_cpu_max_isa=AVX2 --xla_cpu_enable_platform_dependent_math=false"
_XLA_RELEASES = ("2.21.",)

ELSEWHERE: Mapping[str, str] = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2 --xla_cpu_experimental_ynn_fusion_type=",
}
"""Another machine without another machine: an environment in which every product, exp and tanh rounds differently.
On x86-64 only; ``make elsewhere`` uses it."""


def defaults(machine: str | None = None) -> dict[str, str]:
    """What this project sets in the environment where it is not set yet.

    Parameters
    ----------
    machine : str, optional
        The kind of processor, as ``platform.machine()`` names it; by default this one.
    """
    settings = _THREADS | _TENSORFLOW
    if (machine or platform.machine()).lower() in ("x86_64", "amd64"):
        settings |= _CAPS
        if _tensorflow_release().startswith(_XLA_RELEASES):
            settings["XLA_FLAGS"] = _XLA_CAPS
    return settings


def use(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set the defaults; what the environment already holds stays."""
    for name, value in defaults().items():
        environment.setdefault(name, value)


def _tensorflow_release() -> str:
    for package in ("tensorflow-cpu", "tensorflow"):
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    return ""

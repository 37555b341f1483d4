"""How this project computes: which instructions, how many threads, what TensorFlow is told.

Six libraries choose their instructions by the processor that they find, and round differently with each choice; after
thousands of updates of a deep network a last digit is as good as another seed. So the choice is capped at what every
x86-64 processor of the last ten years has (AVX2 and FMA). These are defaults, read once when NumPy, SciPy and
TensorFlow load: :mod:`layerwise` sets them when it is first imported, which has to come before those. A reader's own
environment wins.

Whether two machines compute alike is then not believed but tried: :func:`fingerprint`.
"""

import functools
import hashlib
import itertools
import os
import platform
import sys
from collections.abc import Mapping, MutableMapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

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

ELSEWHERE = {
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
        if tensorflow_release().startswith(_XLA_RELEASES):
            settings["XLA_FLAGS"] = _XLA_CAPS
    return settings


late = False
"""Whether :func:`use` came too late for NumPy, which then computes as the processor likes."""


def use(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set the defaults; what the environment already holds stays."""
    global late
    late |= "numpy" in sys.modules and not defaults().keys() <= environment.keys()
    for name, value in defaults().items():
        environment.setdefault(name, value)


def switched(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings in which an environment departs from the defaults; a command that repeats a result names them."""
    return {name: environment[name] for name, value in defaults().items() if environment.get(name, value) != value}


@functools.cache
def fingerprint() -> dict[str, str]:
    """How this process rounds: a short hash of the bits of each of some fixed computations.

    Takes three seconds, most of them TensorFlow's import and compiler.

    Returns
    -------
    dict of str
        By what computes: ``"NumPy's functions"``, ``"NumPy's products"``, ``"NumPy's sums"``, ``"TensorFlow"``,
        ``"training"`` and ``"convolutions"``. Training is what magnifies: the weights of a ReLU network of 20 layers
        after 1,875 updates, compiled as the experiments are.
    """
    import numpy as np
    import tensorflow as tf

    generator = np.random.default_rng(0)

    def numbers(*shape: int) -> Any:
        # From whole numbers, since the generators of other distributions call the very functions that are tried.
        return generator.integers(-(2**20), 2**20, shape) / 2**19

    x, a, b = numbers(10_000), numbers(784, 256), numbers(256, 784)
    single = x.astype(np.float32)
    pictures, kernel = numbers(16, 32, 32, 8).astype(np.float32), numbers(3, 3, 8, 16).astype(np.float32)
    left, right = (tf.constant(matrix.astype(np.float32)) for matrix in (a, b))
    with tf.GradientTape() as tape:
        variables = [tf.constant(pictures), tf.constant(kernel)]
        tape.watch(variables)
        maps = tf.nn.conv2d(*variables, 1, "SAME")
        total = tf.reduce_sum(maps * maps)
    return {
        "NumPy's functions": _hash(*(f(v) for f in (np.exp, np.tanh) for v in (x, single)), np.log(np.abs(x))),
        "NumPy's products": _hash(a @ b, a.astype(np.float32) @ b.astype(np.float32), a @ (b + 1j * b), a @ b[:, 0]),
        "NumPy's sums": _hash(np.sum(x), np.sum(single), np.mean(a, axis=0)),
        "TensorFlow": _hash(left @ right, tf.tanh(left), tf.exp(left), maps, *tape.gradient(total, variables)),
        "training": _hash(*_trained(numbers)),
        "convolutions": _hash(*_convolved(numbers)),
    }


def _convolved(numbers: Any) -> list[Any]:
    """What no switch caps: Eigen cuts products and convolutions into blocks that fit the processor's caches, and the
    reciprocal root of batch normalisation starts from an approximation that each maker of processors has its own of.
    """
    import tensorflow as tf

    maps, kernel, left, right = (
        tf.constant(numbers(*shape).astype("float32"))
        for shape in ((32, 10, 10, 9), (3, 3, 9, 36), (784, 256), (256, 256))
    )
    normalised, *_ = tf.compat.v1.nn.fused_batch_norm(maps, tf.ones(9), tf.zeros(9), is_training=True)
    return [tf.nn.conv2d(maps, kernel, 1, "SAME"), left @ right, normalised]


def _trained(numbers: Any) -> list[Any]:
    """Weights of two ReLU networks, 784-32-...-32-10 with 20 layers, after 1,875 updates on ten noisy patterns.

    Written out here and not taken from :mod:`layerwise.training`: a change of the trainer is no other arithmetic.
    """
    import numpy as np
    import tensorflow as tf

    sizes = [784, *[32] * 19, 10]
    shapes = [(2, n_in, n_out) for n_in, n_out in itertools.pairwise(sizes)]
    weights = [tf.constant((numbers(*shape) * np.sqrt(1.5 / shape[1])).astype(np.float32)) for shape in shapes]
    y = tf.constant(np.arange(320) % 10)
    x = tf.constant((numbers(10, 784)[y.numpy()] / 4 + numbers(320, 784) / 8).astype(np.float32))

    @tf.function(jit_compile=True, autograph=False)
    def run(weights: Any, x: Any, y: Any) -> Any:
        def update(i: Any, weights: Any) -> Any:
            rows = (tf.range(32) + 32 * i) % 320
            with tf.GradientTape() as tape:
                tape.watch(weights)
                nu = tf.gather(x, rows) @ weights[0]
                for w in weights[1:]:
                    nu = tf.nn.relu(nu) @ w
                target = tf.broadcast_to(tf.gather(y, rows), tf.shape(nu)[:2])
                loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(target, nu)) / 32
            gradients = tape.gradient(loss, weights)
            return i + 1, [w - 0.01 * g for w, g in zip(weights, gradients, strict=True)]

        return tf.while_loop(lambda i, _: i < 1875, update, (tf.constant(0), weights))[1]

    return run(weights, x, y)


def _hash(*arrays: Any) -> str:
    """Eight hexadecimal digits of the bits of some arrays."""
    import numpy as np

    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()[:8]


def source_hash() -> str:
    """Of this module: another computation has another fingerprint."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def tensorflow_release() -> str:
    """The version of the installed TensorFlow; empty where there is none."""
    for package in ("tensorflow-cpu", "tensorflow"):
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    return ""

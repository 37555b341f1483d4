"""The engine of the pages: the same bits in every browser and in Python, the same gradients as the package."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import portable_network as portable
from chromium import unless_in_ci
from layerwise.data import one_hot
from layerwise.data.mnist import load_mnist_5000
from layerwise.depth.mean_field import derivative_second_moment, second_moment, signals_and_gradients
from layerwise.derive import Network, find_activation
from local_server import Server

from .conftest import ENGINE

DIGITS = load_mnist_5000()
NAMES = ["relu", "tanh", "sigmoid", "lecun_tanh"]

# A network from a description, in the page: {sizes, P, name, seed, skip, normalise, way, sigmaW2, sigmaB2}.
MAKE = """
globalThis.decoded = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
globalThis.encoded = (arrays) => arrays.map((array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    let letters = '';
    for (const byte of bytes) letters += String.fromCharCode(byte);
    return btoa(letters);
});
globalThis.made = (d) => {
    const network = new Layerwise.Network({ ...d, activation: Layerwise.findActivation(d.name) });
    const variance = Layerwise.weightVariance({ sizes: d.sizes, rule: 'fan_in', sigmaW2: d.sigmaW2 ?? 1 });
    network.initialise(d.seed ?? 0, variance, d.sigmaB2 ?? 0);
    network.show(decoded(d.images), d.labels, [...Array(d.P).keys()]);
    return network;
};
globalThis.trained = (d) => {
    const network = made(d);
    for (let i = 0; i < d.updates; i++) network.update(d.epsilon);
    return network;
};
"""


def described(P: int, **settings: Any) -> dict[str, Any]:
    """What the page needs to make a network; the digits are the first P test digits."""
    images = base64.b64encode(DIGITS.x_test[:P].tobytes()).decode()
    return {"P": P, "images": images, "labels": DIGITS.y_test[:P].tolist(), **settings}


def patterns(P: int) -> tuple[np.ndarray, np.ndarray]:
    """x (784, P) and T (10, P) of the same digits."""
    x = DIGITS.x_test[:P].reshape(P, -1) / 255
    return np.ascontiguousarray(x.T), np.ascontiguousarray(one_hot(DIGITS.y_test[:P]).T.astype(np.float64))


def arrays(texts: list[str]) -> list[np.ndarray]:
    return [np.frombuffer(base64.b64decode(text)) for text in texts]


@pytest.fixture(scope="module")
def page(engine: Page) -> Page:
    engine.evaluate(f"() => {{ {MAKE} }}")
    return engine


STATES: list[dict[str, Any]] = [
    described(
        P,
        sizes=[784, *[width] * hidden, 10],
        name=name,
        seed=seed,
        skip=skip,
        normalise=normalise,
        sigmaW2=1.5,
        sigmaB2=0.01,
        updates=3,
        epsilon=0.05,
    )
    for name, P, width, hidden, seed, skip, normalise in [
        ("tanh", 32, 32, 3, 0, False, False),
        ("sigmoid", 7, 13, 4, 1, False, False),
        ("relu", 5, 9, 3, 4294967295, True, False),
        ("lecun_tanh", 6, 10, 3, 3, False, True),
        ("relu", 9, 12, 4, 4, True, True),
        ("tanh", 1, 5, 2, 5, False, False),
    ]
]


def in_python(state: Mapping[str, Any]) -> list[np.ndarray]:
    """Weights, biases, the last deltas and E as the stated order gives them."""
    sizes = state["sizes"]
    w, b, delta, error = portable.train(
        sizes,
        state["name"],
        *patterns(state["P"]),
        variance=lambda r: state["sigmaW2"] * (1 / sizes[r - 1]),
        bias_variance=state["sigmaB2"],
        **{key: state[key] for key in ("seed", "updates", "epsilon", "skip", "normalise")},
    )
    return [*w.values(), *b.values(), *(delta[r] for r in w), np.array([error])]


RESULTS = """(d) => {
    const { w, b, delta, E } = trained(d);
    return encoded([...w.slice(1), ...b.slice(1), ...delta.slice(1), Float64Array.of(E)]);
}"""


@pytest.mark.parametrize("state", STATES, ids=lambda d: f"{d['name']}-{d['P']}")
def test_training_gives_the_same_bits_in_the_page_and_in_python(page: Page, state: dict[str, Any]) -> None:
    for found, expected in zip(arrays(page.evaluate(RESULTS, state)), in_python(state), strict=True):
        np.testing.assert_array_equal(found.view(np.uint64), expected.ravel().view(np.uint64))


HASH = "36f3eed2ed43b26a0e1d299143e2ecc84a8718cb48e07b27b940a0c57e0706e8"


def test_the_bits_are_those_that_every_machine_found_before(page: Page) -> None:
    found = hashlib.sha256(b"".join(array.tobytes() for array in arrays(page.evaluate(RESULTS, STATES[0]))))
    assert found.hexdigest() == HASH


def test_node_finds_the_same_bits() -> None:
    node = shutil.which("node")
    if node is None:
        unless_in_ci("Node is not installed")
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in ENGINE)
    program = f"{scripts}\n{MAKE}\nconsole.log(JSON.stringify(({RESULTS})({json.dumps(STATES[0])})));"
    output = subprocess.run([node], input=program, capture_output=True, text=True, check=True).stdout
    assert hashlib.sha256(b"".join(array.tobytes() for array in arrays(json.loads(output)))).hexdigest() == HASH


def test_firefox_finds_the_same_bits(server: Server, tmp_path: Path) -> None:
    """Without a driver: the page sends what it has found to the server that it came from."""
    firefox = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None:
        unless_in_ci("Firefox is not installed; FIREFOX may name it")
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in ENGINE)
    found = f"JSON.stringify([Layerwise.kernelUsable, ({RESULTS})({json.dumps(STATES[0])})])"
    program = f"{scripts}\n{MAKE}\nfetch('/found', {{ method: 'POST', body: {found} }});"
    server.body = f"<!doctype html><meta charset=utf-8><script>{program}</script>".encode()
    command = [firefox, "--headless", "--no-remote", "--profile", str(tmp_path), server.url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            kernel, texts = json.loads(server.posted.get(timeout=120))
        finally:
            running.terminate()
    assert kernel
    assert hashlib.sha256(b"".join(array.tobytes() for array in arrays(texts))).hexdigest() == HASH


def test_a_worker_made_of_the_engines_own_text_finds_the_same_bits(page: Page) -> None:
    in_worker = page.evaluate(
        f"""(d) => new Promise((resolve, reject) => {{
            const text = Layerwise.source() + {json.dumps(MAKE)}.replaceAll('globalThis.', 'self.')
                + `; onmessage = ({{ data }}) => postMessage(({RESULTS})(data));`;
            const worker = new Worker(URL.createObjectURL(new Blob([text])));
            worker.onmessage = ({{ data }}) => {{ worker.terminate(); resolve(data); }};
            worker.onerror = (event) => reject(new Error(event.message));
            worker.postMessage(d);
        }})""",
        STATES[0],
    )
    assert in_worker == page.evaluate(RESULTS, STATES[0])


def test_exp_tanh_and_ln_are_right_to_three_units_in_the_last_place(page: Page) -> None:
    random = np.random.default_rng(0)
    x = np.concatenate([np.linspace(-700, 0, 1001), -np.logspace(-300, 2.8, 1001), random.normal(size=1000)])
    for name, numbers, exact in [
        ("exponential", -np.abs(x), np.exp),
        ("exponentialMinusOne", -np.abs(x), np.expm1),
        ("tanh", x, np.tanh),
        ("logarithm", np.abs(x) + 1e-300, np.log),
    ]:
        found = np.array(page.evaluate(f"(x) => x.map((one) => Layerwise.{name}(one))", numbers.tolist()))
        expected = exact(numbers.astype(np.longdouble))
        error = np.abs(found - expected) / np.spacing(np.abs(expected.astype(np.float64)))
        assert error.max() <= 3, f"{name}({numbers[error.argmax()]!r})"
    assert page.evaluate("[-746, -1e308].map(Layerwise.exponential)") == [0, 0]
    assert page.evaluate("[-400, 1e308].map(Layerwise.tanh)") == [-1, 1]


WAYS = """([shapes]) => {
    const random = new Layerwise.Random(0, 0), wrong = [];
    for (const [rows, columns, depth, transposed] of shapes) {
        const results = ['plain', 'blocks', 'kernel'].map((way) => {
            const lengths = [rows * depth, depth * columns, rows * columns];
            const { arrays: [A, B, C], product } = Layerwise.workspace(lengths, way);
            const same = new Layerwise.Random(rows * 100 + columns, depth);
            for (const array of [A, B]) same.fill(array, 1e-3);
            C.fill(NaN);
            product(C, A, B, rows, columns, depth, transposed ? 1 : depth, transposed ? rows : 1);
            return encoded([C])[0];
        });
        if (results[0] !== results[1] || results[0] !== results[2]) wrong.push([rows, columns, depth, transposed]);
    }
    return wrong;
}"""


def test_blocks_and_kernel_give_the_bits_of_plain_loops(page: Page) -> None:
    sizes = [1, 3, 4, 5, 8, 10, 13, 32]
    shapes = [[*shape, flag] for shape in itertools.product(sizes, sizes, [1, 2, 7, 32]) for flag in (False, True)]
    assert page.evaluate(WAYS, [[*shapes, [32, 256, 784, False], [10, 50, 256, True]]]) == []
    assert page.evaluate("Layerwise.kernelUsable && WebAssembly.validate(Layerwise.kernelBytes)")


def test_the_product_is_the_product(page: Page) -> None:
    """All three could agree and be wrong: a case by hand."""
    assert page.evaluate(
        """() => ['plain', 'blocks', 'kernel'].map((way) => {
            const { arrays: [A, B, C], product } = Layerwise.workspace([4, 4, 4], way);
            A.set([1, 2, 3, 4]);
            B.set([5, 6, 7, 8]);
            product(C, A, B, 2, 2, 2, 2, 1);
            const first = [...C];
            product(C, A, B, 2, 2, 2, 1, 2);
            return [...first, ...C];
        })"""
    ) == 3 * [[19, 22, 43, 50, 26, 30, 38, 44]]


def test_without_the_kernels_instructions_blocks_take_its_place(browser: Any, engine: Page) -> None:
    page = browser.new_page()
    page.add_init_script("WebAssembly.validate = () => false;")
    page.goto(engine.url)
    assert page.evaluate("[Layerwise.kernelUsable, Layerwise.workspace([1], 'kernel').product.name]") == [
        False,
        "blocks",
    ]
    page.close()


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_forty_layers_are_those_of_the_package(page: Page, name: str) -> None:
    P, sizes = 32, [784, *[32] * 39, 10]
    texts = page.evaluate(
        """(d) => {
            const network = made(d);
            network.forwardPass();
            network.backwardPass();
            network.derivatives();
            const { w, b, gradient, E } = network;
            return encoded([...[w, b, gradient.w, gradient.b].flatMap((all) => all.slice(1)), Float64Array.of(E)]);
        }""",
        described(P, sizes=sizes, name=name, seed=7, sigmaB2=0.02),
    )
    found = arrays(texts)
    shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
    weights = [array.reshape(shape) for array, shape in zip(found[:40], shapes, strict=True)]
    network = Network(sizes, name, weights=weights, biases=found[40:80])
    x, T = patterns(P)
    nu, y = network.forward_pass(x)
    assert found[-1][0] == pytest.approx(network.summed_error(nu, y, T), rel=1e-12)
    expected = network.derivatives(x, T)
    for r in range(1, 41):
        for ours, theirs in ((found[79 + r], expected.weights[r]), (found[119 + r], expected.biases[r])):
            assert np.abs(ours - theirs.ravel()).max() <= 1e-9 * np.abs(theirs).max(), f"layer {r}"


CHECK = """(d) => {
    const network = made(d);
    network.forwardPass();
    network.backwardPass();
    network.derivatives();
    return network.n.slice(1).map((_, before) => Layerwise.checkLayer(network, before + 1));
}"""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("normalise", [False, True])
def test_complex_steps_and_central_differences_confirm_the_backward_pass(
    page: Page, name: str, skip: bool, normalise: bool
) -> None:
    state = described(6, sizes=[784, 9, 9, 9, 10], name=name, seed=2, skip=skip, normalise=normalise, sigmaB2=0.1)
    for row in page.evaluate(CHECK, state):
        assert row["complex"] == pytest.approx(row["backpropagation"], rel=1e-12)
        assert row["central"] == pytest.approx(row["backpropagation"], rel=1e-5)


def test_central_differences_go_blind_where_complex_steps_still_see(page: Page) -> None:
    first, *_, last = page.evaluate(CHECK, described(4, sizes=[784, *[16] * 29, 10], name="sigmoid"))
    assert abs(first["backpropagation"]) < 1e-15
    assert first["complex"] == pytest.approx(first["backpropagation"], rel=1e-10)
    assert abs(first["central"] / first["backpropagation"] - 1) > 0.5
    assert last["central"] == pytest.approx(last["backpropagation"], rel=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_gaussian_means_are_those_of_the_package(page: Page, name: str) -> None:
    q, f = np.logspace(-6, 3, 19), find_activation(name)
    found = page.evaluate(
        """([name, q]) => q.map((one) => {
            const { f, f_prime } = Layerwise.findActivation(name);
            return [Layerwise.gaussianMean((x) => f(x) ** 2, one), Layerwise.gaussianMean((x) => f_prime(x) ** 2, one)];
        })""",
        [name, [0, *q]],
    )
    expected = np.column_stack([second_moment(name, q), derivative_second_moment(name, q)])
    without_spread = [np.square(f.function(0.0)), np.square(f.derivative(0.0))]
    np.testing.assert_allclose(found, [without_spread, *expected], rtol=1e-9)


@pytest.mark.parametrize(
    ("initializer", "rule", "sigma"), [("glorot_uniform", "fan_mean", 1), ("he_normal", "fan_in", 2)]
)
@pytest.mark.parametrize("name", NAMES)
def test_predictions_are_those_of_the_package(page: Page, name: str, initializer: str, rule: str, sigma: float) -> None:
    sizes = [784, *[24] * 19, 10]
    found = page.evaluate(
        "(d) => Layerwise.predict({ ...d, activation: Layerwise.findActivation(d.name) })",
        {"sizes": sizes, "rule": rule, "sigmaW2": sigma, "sigmaB2": 0.05, "name": name, "dataSecondMoment": 0.1},
    )
    expected = signals_and_gradients(name, sizes, initializer, 0.1, 0.05)
    for column in ("q", "chi", "delta"):
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-9, err_msg=column)


def test_random_numbers_have_the_variance_that_was_asked_for(page: Page) -> None:
    numbers = np.array(
        page.evaluate(
            "() => { const a = new Float64Array(1e5); new Layerwise.Random(1, 2).fill(a, 4); return [...a]; }"
        )
    )
    assert numbers.mean() == pytest.approx(0, abs=4 * 2 / np.sqrt(1e5))
    assert numbers.var() == pytest.approx(4, rel=0.01)
    assert np.abs(numbers).max() <= np.sqrt(12)
    assert np.abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.015
    order = page.evaluate("[...new Layerwise.Random(3, 4).order(1000)]")
    assert sorted(order) == list(range(1000)) != order


@pytest.mark.parametrize("name", ["tanh", "relu", "sigmoid"])
def test_singular_values_are_those_that_lapack_finds(page: Page, name: str) -> None:
    state = described(3, sizes=[784, *[12] * 9, 10], name=name, seed=3, sigmaW2=1.5)
    values, texts = page.evaluate(
        """(d) => {
            const network = made(d);
            network.forwardPass();
            return [Layerwise.stretching(network), encoded([...network.w.slice(1), ...network.nu.slice(1)])];
        }""",
        state,
    )
    found, derivative = arrays(texts), find_activation(name).derivative
    product = np.eye(12)
    for r in range(1, 9):
        slopes = derivative(found[10 + r - 1].reshape(12, 3)[:, 0])
        product = product @ np.diag(slopes) @ found[r].reshape(12, 12).T
    expected = np.linalg.svd(product, compute_uv=False)
    np.testing.assert_allclose(values, expected[: len(values)], rtol=0, atol=1e-13 * expected[0])
    assert (expected[len(values) :] <= 1e-13 * expected[0]).all()


def test_sizes_are_root_mean_squares(page: Page) -> None:
    state = described(8, sizes=[784, 6, 6, 10], name="tanh")
    sizes, texts = page.evaluate(
        """(d) => {
            const network = made(d);
            network.forwardPass();
            network.backwardPass();
            network.derivatives();
            const { delta, gradient, nu } = network;
            return [Layerwise.layerSizes(network), encoded([delta[1], gradient.w[1], gradient.b[1], nu[1]])];
        }""",
        state,
    )
    delta, weights, biases, nu = arrays(texts)
    nu = nu.reshape(6, 8)
    for key, values in {
        "delta": delta,
        "weights": weights / 8,
        "biases": biases / 8,
        "spread": nu - nu.mean(axis=1, keepdims=True),
    }.items():
        assert sizes[key][0] == pytest.approx(np.sqrt(np.square(values).mean()), rel=1e-12), key
    tiny = page.evaluate("[Layerwise.rootMeanSquare([3e-200, 4e-200]), Layerwise.rootMeanSquare([0, 0])]")
    assert tiny == [pytest.approx(np.sqrt(12.5) * 1e-200), 0]


def test_ten_thousand_updates_leave_no_memory_behind(page: Page) -> None:
    session = page.context.new_cdp_session(page)

    def used() -> float:
        session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"]

    state = described(4, sizes=[784, 8, 8, 10], name="tanh", updates=200, epsilon=0.01)
    page.evaluate("(d) => { trained(d); }", state)
    before = used()
    page.evaluate("(d) => { trained(d); }", {**state, "updates": 10_000})
    assert used() - before < 100_000

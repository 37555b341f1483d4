"""What the page computes from a drawing: the steps of `photo`, the network and its doubts, as the package does."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from bookbuild.reader_weights import write_weights
from layerwise.data.synthetic import house_numbers
from layerwise.data.synthetic.paper import SHAPES as PAPER
from layerwise.data.synthetic.pens import WAYS, pen_digits
from layerwise.see.answers import predict
from layerwise.see.forward import Reader, convolved, normalised, pooled
from layerwise.see.no_digit import digit_likeness
from layerwise.see.photo import Prepared, prepare
from see import kinds

from .conftest import SEE
from .drawings import Strokes, drawn, many, on_paper

SETUP = """
    const weights = Layerwise.unpackedWeights(Layerwise.weights);
    globalThis.reader = new Layerwise.Reader(weights.improved);
    globalThis.likeness = new Layerwise.Likeness(weights.no_digit);
    globalThis.networks = { reader, likeness };
    globalThis.prepared = ({ strokes, pen }) => Layerwise.prepare(Layerwise.ink.drawn(strokes, pen));
    globalThis.bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
"""


@pytest.fixture(scope="module")
def page(seeing: Page) -> Page:
    seeing.evaluate(f"() => {{ {SETUP} }}")
    return seeing


def packed(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


READ = """([pictures, pixels]) => {
    const all = bytes(pictures), found = [];
    for (let start = 0; start < all.length; start += pixels) {
        const values = Float64Array.from(all.subarray(start, start + pixels), (level) => level / 255);
        found.push([...reader.read(values).probabilities]);
    }
    return found;
}"""


def test_a_thousand_digits_are_read_as_the_package_reads_them(page: Page) -> None:
    pictures = np.concatenate([pen_digits(500, seed=11)[0], house_numbers(500, seed=12)[0]])
    found = np.array(page.evaluate(READ, [packed(pictures), 32 * 32 * 3]))
    np.testing.assert_allclose(found, Reader()(pictures / 255), rtol=0, atol=1e-9)


def test_every_layer_is_that_of_the_package(page: Page) -> None:
    """Probabilities alone could hide a map that is turned, or a layer that does nothing."""
    picture = house_numbers(1, seed=13)[0][0]
    layers = page.evaluate(
        """(picture) => {
            const { y, average } = reader.read(Float64Array.from(bytes(picture), (level) => level / 255));
            return [...y.slice(1).map(({ values }) => [...values]), [...average]];
        }""",
        packed(picture),
    )
    weights, x = Reader().weights, picture[None] / 255
    x = (x - x.mean()) / np.sqrt(x.var() + 1e-4)
    for r, found in enumerate(layers[:-1], start=1):
        x = np.maximum(normalised(convolved(x, weights[f"convolution_{r}/kernel"]), weights, r), 0)
        np.testing.assert_allclose(found, x.ravel(), rtol=0, atol=1e-9, err_msg=f"convolution {r}")
        x = pooled(x, 2) if r in (1, 3, 5) else x
    np.testing.assert_allclose(layers[-1], x.mean(axis=(1, 2))[0], rtol=0, atol=1e-9)


def test_a_likeness_is_that_of_the_package(page: Page) -> None:
    crops = np.random.default_rng(0).random((20, 128, 128)).astype(np.float32) ** 3
    found = page.evaluate(
        """(crops) => {
            const all = new Float32Array(bytes(crops).buffer), side = 128 * 128;
            const crop = (i) => all.subarray(i * side, (i + 1) * side);
            return Array.from({ length: all.length / side }, (_, i) => likeness.of(crop(i)));
        }""",
        packed(crops),
    )
    np.testing.assert_allclose(found, digit_likeness(crops), rtol=1e-4, atol=1e-6)  # there in float32


def test_weights_are_unpacked_bit_for_bit(page: Page) -> None:
    halves = np.array([0, 0x8000, 1, 0x8001, 0x3FF, 0x400, 0x3C00, 0x3C01, 0xC000, 0x7BFF, 0xFBFF], np.uint16)
    given = {"networks": {"some": [["a", [len(halves)]]]}, "numbers": packed(halves)}
    values = page.evaluate("(given) => [...Layerwise.unpackedWeights(given).some.a.values]", given)
    np.testing.assert_array_equal(values, halves.view(np.float16).astype(float))


SHAPES = [ways[turn % len(ways)] for turn in range(10) for ways in WAYS]
DRAWINGS = many(SHAPES, 200, seed=5)

# Pictures that have to be equal to the bit as a sum of their bits, each times a number of its own; the others whole.
STEPS = """(drawings) => {
    const sum = ({ values }) => new Uint32Array(new Float32Array(values).buffer)
        .reduce((sum, bits, i) => (sum + Math.imul(bits, Math.imul(2 * i + 1, 2654435761))) >>> 0, 0);
    return drawings.map((drawing) => {
        const found = prepared(drawing), { stroke, others, pixels } = found;
        return {
            sums: ['page', 'view', 'ink', 'marks', 'strokes', 'digit']
                .map((name) => [found[name].height, sum(found[name])]),
            pictures: ['upright', 'crop', 'input'].map((name) => [found[name].height, [...found[name].values]]),
            stroke, others, pixels,
        };
    });
}"""


def asked(drawings: list[tuple[Strokes, int]]) -> list[dict[str, Any]]:
    return [{"strokes": strokes, "pen": pen} for strokes, pen in drawings]


def weighted_sum(picture: np.ndarray) -> list[int]:
    bits = np.ascontiguousarray(picture, np.float32).view(np.uint32).ravel()
    factors = (2 * np.arange(bits.size, dtype=np.uint32) + 1) * np.uint32(2654435761)
    return [len(picture), int((bits * factors).sum(dtype=np.uint32))]


@pytest.fixture(scope="module")
def photographed() -> list[Prepared]:
    """What `photo` makes of the same drawings, given as a photo."""
    return [prepare(on_paper(strokes, pen)) for strokes, pen in DRAWINGS]


def test_two_hundred_drawings_take_the_steps_of_photo(page: Page, photographed: list[Prepared]) -> None:
    for start in range(0, len(DRAWINGS), 25):
        some = slice(start, start + 25)
        for found, expected in zip(page.evaluate(STEPS, asked(DRAWINGS[some])), photographed[some], strict=True):
            light = expected.photo[..., 0] / np.float32(255)
            exact = [light, expected.view[..., 0], expected.ink, expected.marks, expected.strokes, expected.digit]
            assert found["sums"] == [weighted_sum(picture) for picture in exact]
            near = [expected.upright, expected.crop, expected.input[..., 0]]
            for (height, values), picture in zip(found["pictures"], near, strict=True):
                ours = np.reshape(values, (height, -1))
                # A lean of 0 and one of 1e-9 are given other margins: at most a column of paper on either side.
                margin = (picture.shape[1] - ours.shape[1]) // 2
                assert abs(margin) <= 1
                ours, theirs = (np.pad(one, ((0, 0), (most, most))) for one, most in ((ours, 1), (picture, 1 - margin)))
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
            assert found["stroke"] == pytest.approx(expected.stroke, rel=1e-9)
            assert found["others"] == expected.others


def test_the_steps_that_the_page_leaves_out_are_idle_for_a_drawing(photographed: list[Prepared]) -> None:
    """No table around the paper, no board, no ruled lines; and no pen so thin or pale."""
    for prepared in photographed:
        assert prepared.sheet is None and not prepared.inverted
        assert {problem.kind for problem in prepared.problems} <= {"empty", "several", "small"}
    for (strokes, pen), prepared in list(zip(DRAWINGS, photographed, strict=True))[::9]:
        bare = prepare(on_paper(strokes, pen), without=("polarity", "lines"))
        np.testing.assert_array_equal(bare.input, prepared.input)


PREDICT = """(drawings) => drawings.map((drawing) => {
    const { digit, probabilities, problems } = Layerwise.predict(prepared(drawing), networks);
    return { digit, probabilities: [...probabilities], kinds: problems.map(({ kind }) => kind).sort() };
})"""


def test_answers_and_doubts_are_those_of_the_package(page: Page, photographed: list[Prepared]) -> None:
    model = Reader()
    every = set()
    for found, prepared in zip(page.evaluate(PREDICT, asked(DRAWINGS)), photographed, strict=True):
        expected = predict(prepared, model)
        assert found["digit"] == expected.digit
        np.testing.assert_allclose(found["probabilities"], expected.probabilities, rtol=0, atol=1e-4)
        assert found["kinds"] == sorted(problem.kind for problem in expected.problems)
        every.update(found["kinds"])
    assert every == {"no digit", "turned", "several", "low confidence", "small"}


def readings(page: Page, shapes: list[str], count: int, seed: int) -> list[dict[str, Any]]:
    """What the page says of so many drawings of these shapes, each with its pen."""
    random = np.random.default_rng(seed)
    strokes = [drawn(shapes[number % len(shapes)], random) for number in range(count)]
    return page.evaluate(PREDICT, asked([(one, int(random.integers(12, 25))) for one in strokes]))


def test_drawn_digits_are_read(page: Page) -> None:
    """Ten shapes of each digit and more; most of them are of no training."""
    right = 0
    for digit in range(10):
        shapes = [*PAPER[str(digit)], *kinds.DIGITS[str(digit)], *WAYS[digit]]
        assert len(set(shapes)) >= 10
        found = readings(page, shapes[:20], 20, seed=digit)
        right += sum(one["digit"] == digit for one in found)
    assert right >= 190


def test_letters_and_doodles_are_doubted(page: Page) -> None:
    shapes = [*kinds.LETTERS.values(), *kinds.DOODLES.values()]
    found = readings(page, shapes, 100, seed=20)
    assert sum(not one["kinds"] for one in found) <= 5


BITS = "(drawing) => [...Layerwise.predict(prepared(drawing), networks).probabilities]"
SEVEN: Strokes = [[[78, 72], [172, 68]], [[172, 68], [140, 134], [116, 198]]]
HASH = "6f19f16b568c06bab58a1fb1d6e02e0c3f91f4e34d4d07deddddd533585f9a3e"


def test_the_bits_are_those_of_every_machine(page: Page, tmp_path: Path) -> None:
    """Not of Chromium alone: Node, where it is, finds the same."""
    given = asked([(SEVEN, 16)])[0]
    found = [page.evaluate(BITS, given)]
    if node := shutil.which("node"):
        write_weights(tmp_path / "weights.js")
        scripts = "\n".join(path.read_text(encoding="utf-8") for path in [*SEE, tmp_path / "weights.js"])
        program = f"{scripts}\n{SETUP}\nconsole.log(JSON.stringify(({BITS})({json.dumps(given)})));"
        output = subprocess.run([node], input=program, capture_output=True, text=True, check=True).stdout
        found.append(json.loads(output))
    assert {hashlib.sha256(np.array(one).tobytes()).hexdigest() for one in found} == {HASH}

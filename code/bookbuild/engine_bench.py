"""``python -m bookbuild.engine_bench``: how fast the pages' engine trains in a browser, by each of its three products,
and how fast a drawing is read.

The networks and batches are like those of ``python -m layerwise.bench``, but in float64. All three are timed in turns
in one page; the median of the rounds counts.
"""

import base64
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from bookbuild.browser import find_chromium
from bookbuild.instruments import ENGINE, SEE, WEB
from bookbuild.reader_weights import write_weights
from layerwise.data.mnist import load_mnist_5000

WAYS = {"plain": "plain loops", "blocks": "4 x 4 register blocks", "kernel": "WebAssembly kernel"}
TIMED = """
const images = Uint8Array.from(atob(given.images), (letter) => letter.charCodeAt(0)), found = {};
for (const layers of given.layers) {
    const sizes = [784, ...new Array(layers - 1).fill(32), 10], activation = Layerwise.findActivation("tanh");
    const networks = given.ways.map((way) => {
        const network = new Layerwise.Network({ sizes, P: 32, activation, way });
        network.initialise(0, Layerwise.weightVariance({ sizes, rule: "fan_mean", sigmaW2: 1 }));
        network.show(images, given.labels, [...Array(32).keys()]);
        return network;
    });
    const seconds = networks.map(() => []);
    for (let round = 0; round <= given.rounds; round++) {
        networks.forEach((network, i) => {
            const start = performance.now();
            for (let update = 0; update < given.updates; update++) network.update(0.01);
            if (round > 0) seconds[i].push(1000 * (performance.now() - start) / given.updates); // the first warms up
        });
    }
    found[layers] = seconds.map((all) => all.sort((a, b) => a - b)[all.length >> 1]);
}
document.body.textContent = `found ${JSON.stringify(found)} end`;
"""


READ = """
const weights = Layerwise.unpackedWeights(Layerwise.weights), found = {};
const networks = { reader: new Layerwise.Reader(weights.improved), likeness: new Layerwise.Likeness(weights.no_digit) };
for (const [name, strokes] of Object.entries(given.drawings)) {
    const times = [];
    for (let round = 0; round <= given.rounds; round++) {
        const start = performance.now();
        Layerwise.predict(Layerwise.prepare(Layerwise.ink.drawn(strokes, 16)), networks);
        times.push(performance.now() - start);
    }
    found[name] = times.slice(1).sort((a, b) => a - b)[given.rounds >> 1]; // the first warms up
}
document.body.textContent = `found ${JSON.stringify(found)} end`;
"""
DRAWINGS = {
    "a digit": [[[78, 72], [172, 68]], [[172, 68], [140, 134], [116, 198]]],
    "a letter, which is turned as well": [[[84, 196], [128, 60], [172, 196]], [[98, 146], [158, 146]]],
}


def time_engine(chromium: str, layers: list[int], *, updates: int, rounds: int) -> pd.DataFrame:
    """Microseconds per update.

    Parameters
    ----------
    chromium : str
        The browser's program.
    layers : list of int
        Depths, each 2 or more.
    updates, rounds : int
        Updates per timing, and timings of each.

    Returns
    -------
    DataFrame
        Index: the way to multiply; one column for each depth.

    Raises
    ------
    RuntimeError
        If the browser gives no result.
    """
    digits = load_mnist_5000()
    given = {
        "images": base64.b64encode(digits.x_train[:32].tobytes()).decode(),
        "labels": digits.y_train[:32].tolist(),
        "ways": list(WAYS),
        "layers": layers,
        "updates": updates,
        "rounds": rounds,
    }
    timings = _found(chromium, [WEB / script for script in ENGINE], given, TIMED)
    columns = {f"{depth} layers": times for depth, times in timings.items()}
    return pd.DataFrame(columns, index=list(WAYS.values()))


def time_reading(chromium: str, *, rounds: int) -> pd.Series:
    """Milliseconds from the last stroke to probabilities and doubts, the median of so many rounds, for each drawing.

    Raises
    ------
    RuntimeError
        If the browser gives no result.
    """
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder, "weights.js")
        write_weights(weights)
        scripts = [*(WEB / script for script in (*ENGINE[:2], *SEE)), weights]
        return pd.Series(_found(chromium, scripts, {"drawings": DRAWINGS, "rounds": rounds}, READ))


def _found(chromium: str, scripts: list[Path], given: dict[str, Any], program: str) -> dict[str, Any]:
    """What a program finds in a browser that has loaded these scripts."""
    loaded = "\n".join(script.read_text(encoding="utf-8") for script in scripts)
    script = f"{loaded}\nconst given = {json.dumps(given)};\n{program}"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(f"<!doctype html><meta charset=utf-8><body><script>{script}</script>", encoding="utf-8")
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
        shown = subprocess.run([*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=600)
    result = re.search("found (.*) end", shown.stdout)
    if result is None:
        raise RuntimeError(f"{chromium} gave no timings: {shown.stderr[-500:]}")
    return json.loads(result[1])


def main() -> int:
    """Measure and print, where a browser is."""
    chromium = find_chromium()
    if chromium is None:
        print("The engine of the pages is not timed: no Chromium was found.")
        return 0
    times = time_engine(chromium, [5, 20, 40], updates=100, rounds=3)
    print("microseconds per update in Chromium, float64, by the engine of the pages")
    print(times.map("{:,.0f}".format).to_string(col_space=12))
    plain, blocks, kernel = times.to_numpy()
    ratios = pd.DataFrame([plain / blocks, blocks / kernel], ["plain / blocks", "blocks / kernel"], times.columns)
    print(f"\nratios\n{ratios.map('{:.2f}'.format).to_string(col_space=12)}")
    reading = time_reading(chromium, rounds=20)
    print(f"\nmilliseconds from a drawing to its reading\n{reading.map('{:.0f}'.format).to_string()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

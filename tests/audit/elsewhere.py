"""Trains deep cases with other arithmetic, as on another machine, and writes what they show to ``elsewhere.csv``.

``python tests/audit/elsewhere.py``: about two minutes of processor time. ``test_chances.py`` judges the model by it.
"""

import os
from pathlib import Path

from layerwise.arithmetic import ELSEWHERE

os.environ.update(ELSEWHERE)  # before NumPy and TensorFlow load

from layerwise.data.mnist import load_mnist
from layerwise.depth.sweeps import EXPERIMENTS, sweep

TABLE = Path(__file__).parent / "elsewhere.csv"

if __name__ == "__main__":
    digits = load_mnist()
    for name in ("relu_20", "tanh_40"):
        runs = sweep(**EXPERIMENTS[name], digits=digits, folder=TABLE.parents[2] / ".results" / "elsewhere")
        last = runs[runs["epoch"] == runs["epochs"]].assign(experiment=name)
        columns = ["source", "experiment", "activation", "layers", "seed", "test_accuracy", "answers"]
        new = not TABLE.exists() or name == "relu_20"
        last[columns].to_csv(TABLE, mode="w" if new else "a", header=new, index=False, float_format="%.4f")
        print(f"{name}: {len(last)} runs on {digits.source}", flush=True)

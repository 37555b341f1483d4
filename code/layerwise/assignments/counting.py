"""Tasks on counting: sizes and parameters of a convolutional network, and a confusion matrix (chapter ``svhn_cnn``)."""

from __future__ import annotations

import numpy as np

from layerwise.assignments.answers import Answer, Task


def convolutions(random: np.random.Generator) -> Task:
    """Output sizes, parameters and receptive field of a drawn network."""
    rows, channels = int(random.integers(26, 50)), int(random.choice([1, 3]))
    kernels = [int(k) for k in random.choice([3, 5], 2)]
    padded = bool(random.integers(0, 2))
    filters = [int(random.integers(6, 20)), int(random.integers(20, 48))]
    pools, units = [int(p) for p in random.permutation([2, 3])], int(random.integers(20, 80))
    sizes, seen, stride = [rows], 1, 1
    for kernel, pool in zip(kernels, pools, strict=True):
        sizes.append((sizes[-1] if padded else sizes[-1] - kernel + 1) // pool)
        seen += stride * (kernel - 1) + stride * (pool - 1)
        stride *= pool
    inputs = [channels, filters[0]]
    convolution = [(k * k * i + 1) * n for k, i, n in zip(kernels, inputs, filters, strict=True)]
    values = sizes[2] ** 2 * filters[1]
    dense = [(values + 1) * units, (units + 1) * 10]
    without = kernels[1] ** 2 * inputs[1] * filters[1]
    answers = {
        "rows_1": Answer("rows of a map after the first maximum", sizes[1], 0.0),
        "rows_2": Answer("rows of a map after the second maximum", sizes[2], 0.0),
        "second_convolution": Answer(
            "parameters of the second convolution",
            convolution[1],
            0.0,
            {
                "the biases are missing": without,
                "every filter reads all maps of the layer before": (kernels[1] ** 2 + 1) * filters[1],
            },
        ),
        "dense": Answer(
            f"parameters of the dense layer of {units} units", dense[0], 0.0, {"the biases are missing": values * units}
        ),
        "all": Answer("parameters of the whole network", sum(convolution) + sum(dense), 0.0),
        "field": Answer("rows of the picture that a unit after the second maximum sees", seen, 0.0),
    }
    steps = "\n".join(
        f"{number}. a convolution with {n} filters of {k} x {k}, then the maximum over {pool} x {pool};"
        for number, (n, k, pool) in enumerate(zip(filters, kernels, pools, strict=True), start=1)
    )
    edge = "with zeros around the edge, so that a map keeps its size" if padded else "without zeros around the edge"
    question = f"""Pictures of {rows} x {rows} pixels with {channels} channel{"s"[: channels > 1]} go through

{steps}
3. a dense layer of {units} units, and a dense layer of 10 (softmax).

The convolutions work {edge}, at every place.
The maxima do not overlap; what is left over at an edge is dropped. Every filter and unit has a bias. Count."""
    solution = f"""Maps have {sizes[0]}, {sizes[1]}, {sizes[2]} rows. A filter has a weight for each pixel of its window
in each map of the layer before, and one bias: {convolution[0]:,} and {convolution[1]:,}. The dense layers have
({values:,} + 1) · {units} = {dense[0]:,} and {dense[1]:,}. The field grows by (window − 1) times the stride so far."""
    return Task("convolutions", "Sizes and parameters", question, answers, solution)


def mistakes(random: np.random.Generator) -> Task:
    """What a confusion matrix says."""
    digits = sorted(int(d) for d in random.choice(10, 4, replace=False))
    while True:
        matrix = random.integers(2, 30, (4, 4))
        matrix[np.diag_indices(4)] = random.integers(60, 190, 4)
        off = matrix - np.diag(np.diag(matrix))
        largest = np.sort(off.ravel())[::-1]
        true, said = (int(k) for k in np.unravel_index(off.argmax(), off.shape))
        a, b = (int(k) for k in random.choice(4, 2, replace=False))
        rows, columns = matrix.sum(axis=1), matrix.sum(axis=0)
        alone = np.sort(rows)[::-1]
        if (
            largest[0] > largest[1]
            and alone[0] > alone[1]
            and all(abs(rows[k] / columns[k] - 1) > 0.05 for k in (a, b))
        ):
            break
    total, right = matrix.sum(), np.diag(matrix)
    answers = {
        "accuracy": Answer("the accuracy", float(right.sum() / total)),
        "recall": Answer(
            f"the recall of the class {digits[a]}",
            float(right[a] / rows[a]),
            slips={"that is the precision": float(right[a] / columns[a])},
        ),
        "precision": Answer(
            f"the precision of the class {digits[b]}",
            float(right[b] / columns[b]),
            slips={"that is the recall": float(right[b] / rows[b])},
        ),
        "baseline": Answer(
            "the accuracy of the best constant answer",
            float(rows.max() / total),
            slips={"one in four: the classes are not equally many": 0.25},
        ),
        "mistake": Answer(
            'the most frequent mistake, written as "true as answered", such as "1 as 7"',
            f"{digits[true]} as {digits[said]}",
            slips={"the other way round: rows are true digits": f"{digits[said]} as {digits[true]}"},
        ),
    }
    head = f"| true | {' | '.join(f'answered {d}' for d in digits)} |\n|---|{'---|' * 4}\n"
    table = "\n".join(f"| {d} | {' | '.join(map(str, row))} |" for d, row in zip(digits, matrix, strict=True))
    question = f"""A network sorts test pictures into four classes. Rows are true digits, columns are its answers.

{head}{table}

Read the matrix."""
    solution = f"""{right.sum()} of {total} are right. Recall divides the diagonal by the row ({right[a]} of {rows[a]}),
precision by the column ({right[b]} of {columns[b]}). The largest class has {rows.max()}."""
    return Task("mistakes", "A confusion matrix", question, answers, solution)

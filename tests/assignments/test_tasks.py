"""Every solution is found a second time, from the sheet as students read it, by other means than the package's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, precision_score, recall_score

from layerwise.assignments import Task, check_answers, draw_tasks
from layerwise.assignments.backward import FORMULAS, PLANTED, PROGRAM
from layerwise.derive import check_gradient
from layerwise.see import receptive_field

SEEDS = range(12)


def drawn(name: str, seed: int) -> Task:
    return next(task for task in draw_tasks(seed) if task.name == name)


def found(task: Task) -> dict[str, Any]:
    return {key: answer.right for key, answer in task.answers.items()}


def of_matrix(text: str, name: str) -> list[float]:
    """The entries of a matrix, or the number, behind a name in the sheet."""
    body = text.partition(name)[2]
    body = body[body.index("=") + 1 :].partition(r"\quad")[0].partition("$$")[0]
    return [float(entry) for entry in re.findall(r"-?\d+(?:\.\d+)?", body.replace("pmatrix", ""))]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_on_paper_by_central_differences(seed: int) -> None:
    task = drawn("network_on_paper", seed)
    text, ours = task.question, found(task)
    f: Callable[[Any], Any] = np.tanh if "tanh" in text else lambda nu: 1 / (1 + np.exp(-nu))
    inputs = np.array([float(value) for value in re.search(r"input \$\((\S+), (\S+)\)\$", text).groups()])
    T = float(re.search(r"T = (-?[\d.]+)\$", text)[1])
    first, second = np.reshape(of_matrix(text, "W^{(1)}"), (2, 2)), np.array(of_matrix(text, "W^{(2)}"))
    b, c = np.array(of_matrix(text, r"\mathbf{b}^{(1)}")), of_matrix(text, "b^{(2)} ")[0]

    def error(moved: tuple[float, float, float] = (0, 0, 0), weights: Any = first) -> float:
        hidden = f(weights @ inputs + b + moved[:2])
        return 0.5 * (T - f(second @ hidden + c + moved[2])) ** 2

    h = 1e-6
    y = f(first @ inputs + b)
    assert [ours["y_1"], ours["y_2"], ours["E"]] == pytest.approx([*y, error()], rel=1e-12)
    for unit, key in enumerate(("delta_1", "delta_2", "delta_output")):
        step = np.eye(3)[unit] * h
        assert ours[key] == pytest.approx((error(tuple(step)) - error(tuple(-step))) / (2 * h), rel=1e-5)
    slopes = np.zeros((2, 2))
    for i, j in np.ndindex(2, 2):
        step = np.zeros((2, 2))
        step[i, j] = h
        slopes[i, j] = (error(weights=first + step) - error(weights=first - step)) / (2 * h)
    i, j = (int(k) - 1 for k in re.search(r"w_\{(\d)(\d)\}", task.answers["slope"].asks).groups())
    assert ours["slope"] == pytest.approx(slopes[i, j], rel=1e-5)
    others = {hint[-2:]: slip for hint, slip in task.answers["slope"].slips.items() if "indices" in hint}
    expected = {f"{k + 1}{m + 1}": slopes[k, m] for k, m in np.ndindex(2, 2) if (k, m) != (i, j)}
    assert others == pytest.approx(expected, rel=1e-5)
    for key, transposed in zip(("y_1", "y_2"), f(first.T @ inputs + b), strict=True):
        assert transposed in [pytest.approx(slip, rel=1e-12) for slip in task.answers[key].slips.values()]


def activation_of(text: str) -> Callable[[Any], Any]:
    """The function of a sheet, by its look."""
    formula = re.search(r"f\(x\) = (.*?)\$", text)[1]
    n = [float(number) for number in re.findall(r"\d+\.\d+|\d+", formula)]
    if r"\ln" in formula:
        return lambda x: np.log(1 + np.exp(n[1] * x)) / n[1]
    if r"\arctan" in formula:
        return lambda x: n[0] * np.arctan(n[1] * x)
    if r"\tanh" in formula:
        return lambda x: n[0] * np.tanh(n[1] * x) + n[2] * x
    if r"\sqrt" in formula:
        return lambda x: n[0] * x / np.sqrt(1 + n[2] * x**2)
    return lambda x: x / (1 + np.exp(-n[1] * x))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_new_activation_by_complex_steps(seed: int) -> None:
    task = drawn("new_activation", seed)
    f = activation_of(task.question)
    point = float(re.search(r"nu = (-?[\d.]+)\$", task.question)[1])
    layers, weight = re.search(r"through (\d+) layers.*?the weight ([\d.]+) ", task.question, re.DOTALL).groups()
    at_zero, slope = (f(x + 1e-30j).imag / 1e-30 for x in (0.0, point))
    expected = [at_zero, slope, (float(weight) * slope) ** int(layers)]
    assert list(found(task).values()) == pytest.approx(expected, rel=1e-10)


def four_digits(number: float) -> float:
    return float(f"{number:.4g}")


@pytest.mark.parametrize("seed", [*SEEDS, 185, 1618033988])
def test_four_digits_on_the_way_are_enough_for_the_chain(seed: int) -> None:
    """The sheet asks for four digits; the last two seeds would draw slopes that two terms leave when they cancel."""
    task = drawn("new_activation", seed)
    point, layers, weight = re.search(
        r"through (\d+) layers.*?weight ([\d.]+) .*nu = (-?[\d.]+)\$", task.question, re.DOTALL
    ).group(3, 1, 2)
    slope = task.answers["slope"].right
    if "{1 + e^{-" in task.question:
        x = float(point) * float(re.search(r"e\^\{-([\d.]+) x", task.question)[1])
        share = four_digits(1 / (1 + np.exp(-x)))
        slope = share + four_digits(x * four_digits(share * (1 - share)))
    slope = four_digits(slope)
    assert task.answers["slope"].judged(slope)[0] == "right"
    assert task.answers["factor"].judged((float(weight) * slope) ** int(layers))[0] == "right"


@pytest.mark.parametrize("f", list(FORMULAS))
@pytest.mark.parametrize("bug", list(PLANTED))
def test_each_planted_mistake_is_the_one_that_is_named(bug: str, f: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, function, derivative = FORMULAS[f]
    right = PROGRAM.format(function=function, derivative=derivative)
    for text, bugs in ((right, ()), (right.replace(*PLANTED[bug]), (bug,))):
        program: dict[str, Any] = {}
        exec(text, program)
        assert check_gradient(program["my_gradients"], activation=f, layers=3, seed=7).bugs == bugs


@pytest.mark.parametrize("seed", SEEDS)
def test_the_program_that_students_get_has_the_drawn_mistake(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    task = drawn("planted_bug", seed)
    program: dict[str, Any] = {}
    exec(task.files["backward_pass.py"], program)
    f, layers, other = re.search(r'activation="(\w+)", layers=(\d), seed=(\d+)', task.question).groups()
    checked = check_gradient(program["my_gradients"], activation=f, layers=int(layers), seed=int(other))
    assert checked.bugs == (task.answers["bug"].right,)
    what, layer = re.search(r"row of the (\w+) of layer (\d)", task.answers["ratio"].asks).groups()
    row = checked.table.query("parameter == @what and layer == @layer", local_dict={"what": what, "layer": int(layer)})
    assert task.answers["ratio"].right == pytest.approx(row["ratio"].item(), rel=1e-10)
    line = task.files["backward_pass.py"].splitlines()[int(task.answers["line"].right) - 1].strip()
    assert line in task.solution and line not in [right.strip() for right in PROGRAM.splitlines()]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_by_iterating_the_variance(seed: int) -> None:
    task = drawn("vanishing_gradient", seed)
    f = np.tanh if "activation tanh" in task.question else lambda nu: 1 / (1 + np.exp(-nu))
    weights, biases = (float(re.search(rf"sigma_{k}\^2 = ([\d.]+)\$", task.question)[1]) for k in "wb")
    z, w = np.polynomial.hermite_e.hermegauss(120)
    w = w / w.sum()
    q = 1.0
    for _ in range(5000):
        q = weights * (w @ f(np.sqrt(q) * z) ** 2) + biases
    slope = (f(np.sqrt(q) * z + 1e-5) - f(np.sqrt(q) * z - 1e-5)) / 2e-5
    chi = weights * (w @ slope**2)
    layers = 1
    while abs(np.log(chi)) / 2 * layers < np.log(1000):
        layers += 1
    ours = found(task)
    assert [ours["q"], ours["chi"], ours["factor"] ** 2] == pytest.approx([q, chi, chi], rel=1e-5)
    assert layers - 1 < ours["layers"] <= layers


@pytest.mark.parametrize("seed", SEEDS)
def test_sizes_and_parameters_by_keras(seed: int) -> None:
    task = drawn("convolutions", seed)
    rows, channels = map(int, re.search(r"Pictures of (\d+) x \d+ pixels with (\d)", task.question).groups())
    blocks = re.findall(r"with (\d+) filters of (\d) x \d, then the maximum over (\d)", task.question)
    units = int(re.search(r"dense layer of (\d+) units", task.question)[1])
    padding = "same" if "with zeros" in task.question else "valid"
    layers: list[keras.Layer] = [keras.Input((rows, rows, channels))]
    for number, (filters, kernel, pool) in enumerate(blocks, start=1):
        layers.append(keras.layers.Conv2D(int(filters), int(kernel), padding=padding, name=f"convolution_{number}"))
        layers.append(keras.layers.MaxPooling2D(int(pool), name=f"pooling_{number}"))
    layers += [keras.layers.Flatten(), keras.layers.Dense(units, name="hidden"), keras.layers.Dense(10)]
    model = keras.Sequential(layers)
    assert found(task) == {
        "rows_1": model.get_layer("pooling_1").output.shape[1],
        "rows_2": model.get_layer("pooling_2").output.shape[1],
        "second_convolution": model.get_layer("convolution_2").count_params(),
        "dense": model.get_layer("hidden").count_params(),
        "all": model.count_params(),
        "field": receptive_field(model, "pooling_2").size[0],
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_confusion_matrix_by_scikit_learn(seed: int) -> None:
    task = drawn("mistakes", seed)
    rows = [
        [int(n) for n in re.findall(r"\d+", line)] for line in re.findall(r"^\| \d.*$", task.question, re.MULTILINE)
    ]
    digits, matrix = [row[0] for row in rows], np.array([row[1:] for row in rows])
    true = np.repeat(np.repeat(digits, 4), matrix.ravel())
    said = np.repeat(np.tile(digits, 4), matrix.ravel())
    a, b = (int(task.answers[key].asks[-1]) for key in ("recall", "precision"))
    pairs, counts = np.unique(np.stack([true, said])[:, true != said], axis=1, return_counts=True)
    worst = pairs[:, counts.argmax()]
    assert found(task) == {
        "accuracy": pytest.approx(accuracy_score(true, said)),
        "recall": pytest.approx(recall_score(true, said, labels=[a], average="micro")),
        "precision": pytest.approx(precision_score(true, said, labels=[b], average="micro")),
        "baseline": pytest.approx(np.unique(true, return_counts=True)[1].max() / true.size),
        "mistake": f"{worst[0]} as {worst[1]}",
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_right_answer_says_something(seed: int) -> None:
    """No slip, no 1 and no other answer of its task is right in its place."""
    for task in draw_tasks(seed):
        for key, answer in task.answers.items():
            others = [other.right for name, other in task.answers.items() if name != key and other.tolerance]
            others += [] if isinstance(answer.right, str) or not answer.tolerance else [1, *(-1 * o for o in others)]
            for number in (*answer.slips.values(), *(others if answer.tolerance else [])):
                assert answer.judged(number)[0] != "right", (task.name, key, number)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_unit_on_paper_has_a_sum_of_nothing(seed: int) -> None:
    answers = drawn("network_on_paper", seed).answers
    nothing = [0.5] if "e^" in drawn("network_on_paper", seed).question else [0]
    for key in ("y_1", "y_2"):
        values = [answers[key].right, *answers[key].slips.values()]
        assert not any(value == pytest.approx(nothing[0], abs=0.01) for value in values)


def test_a_seed_gives_the_same_tasks_again_and_another_one_others() -> None:
    assert draw_tasks(3) == draw_tasks(3)
    drawn = [draw_tasks(seed) for seed in SEEDS]
    copied = [
        sum(mark.points for mark in check_answers(tasks, {task.name: found(task) for task in others}))
        for tasks in drawn
        for others in drawn
        if tasks is not others
    ]
    # What is left are small whole numbers and names of which there are few.
    assert np.mean(copied) < 0.15 * sum(len(task.answers) for task in drawn[0])


@pytest.mark.parametrize("seed", [-1, 1.5, "seven"])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"seed is .* expected a whole number, 0 or more"):
        draw_tasks(seed)

"""The commands: what they print, what they leave, and how they refuse."""

import dataclasses
import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layerwise.__main__ import main
from layerwise.audit import chances
from layerwise.data import MNIST, SVHN, DataError, Digits, loading, mnist, svhn
from layerwise.data.mnist import load_mnist_5000
from layerwise.data.synthetic.paper import draw
from layerwise.depth import sweeps
from layerwise.depth.studies import of_sweep
from layerwise.keep import studies
from layerwise.keep.expectations import Expectation
from layerwise.see import recipes, weights

EXPERIMENTS = sweeps.EXPERIMENTS
TINY: dict[str, Any] = {"activations": ["tanh"], "layers": [3], "seeds": [0, 1], "epochs": 1, "updates_per_epoch": 20}


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The embedded digits, and one experiment of a second; the folder of its results."""
    monkeypatch.setattr(mnist, "load_mnist", load_mnist_5000)
    for name in reversed(list(EXPERIMENTS)):  # put back in the order of the file
        monkeypatch.delitem(EXPERIMENTS, name)
    monkeypatch.setitem(EXPERIMENTS, "tiny", TINY)
    monkeypatch.setenv("LAYERWISE_RESULTS", str(tmp_path / "results"))
    return tmp_path / "results"


@pytest.fixture
def house_numbers(monkeypatch: pytest.MonkeyPatch) -> Digits:
    """Three house numbers for training and one for testing instead of thousands."""
    x, y = np.zeros((4, 32, 32, 3), dtype=np.uint8), np.array([2, 0, 2, 9])
    digits = Digits(x[:3], y[:3], x[3:], y[3:], source="four house numbers", key="svhn", sha256="abc")
    monkeypatch.setattr(svhn, "load_svhn", lambda: digits)
    monkeypatch.setattr(loading, "load_digits", {MNIST: load_mnist_5000(), SVHN: digits}.__getitem__)
    return digits


def test_the_command_has_a_name_of_its_own() -> None:
    settings = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    (name,) = settings["project"]["scripts"]
    assert name == "layerwise"
    assert EntryPoint(name, settings["project"]["scripts"][name], "console_scripts").load() is main


@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "data",
        "sweep --help",
        "sweep nonsense",
        "sweep --jobs 0",
        "records --data svhn",
        "predict missing.jpg",
    ],
)
def test_what_needs_no_tensorflow_does_not_wait_for_it(arguments: str) -> None:
    """TensorFlow takes seconds to import, and pandas and Keras some tenths each; what was imported is the same on a
    busy machine."""
    code = f"""
import sys
from layerwise.__main__ import main
from layerwise.data import DATA_SETS
DATA_SETS.pop("svhn")  # drawing what stands in for it takes seconds
try:
    main({arguments.split()})
except SystemExit:
    pass
print(*{{"tensorflow", "keras", "sympy", "matplotlib", "pandas"}} & set(sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == ""


def test_data(house_numbers: Digits, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data"]) == 0
    captured = capsys.readouterr()
    assert [line.split() for line in captured.out.splitlines()] == [
        ["mnist_5000:", *load_mnist_5000().source.split()],
        ["SHA-256", "of", "the", "arrays:", load_mnist_5000().sha256],
        MNIST.licence.split(),
        ["class", *"0123456789"],
        ["training", *["400"] * 10],
        ["test", *["100"] * 10],
        ["svhn:", "four", "house", "numbers"],
        ["SHA-256", "of", "the", "arrays:", "abc"],
        SVHN.licence.split(),
        ["class", *"0123456789"],
        ["training", *"1020000000"],
        ["test", *"0000000001"],
    ]
    assert captured.err == ""


def test_svhn_is_downloaded_where_asked(
    house_numbers: Digits, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(svhn, "download_svhn", lambda progress: [Path(f"train, progress {progress}"), Path("test")])
    assert main(["data", "--download-svhn"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["train, progress True", "test"]

    def fail(progress: bool) -> list[Path]:
        raise DataError("ufldl.stanford.edu could not be reached")

    monkeypatch.setattr(svhn, "download_svhn", fail)
    assert main(["data", "--download-svhn"]) == 1
    assert capsys.readouterr().err == "python -m layerwise data: ufldl.stanford.edu could not be reached\n"


def test_the_sample_of_svhn_is_cut_where_asked(
    house_numbers: Digits,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(svhn, "cut_svhn_sample", lambda folder, progress: folder / "svhn_sample.npz")
    assert main(["data", "--svhn-sample", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == str(tmp_path / "svhn_sample.npz")
    assert main(["records", "--data", "svhn_sample"]) == 1
    assert "found four house numbers; python -m layerwise data --svhn-sample FOLDER" in capsys.readouterr().err


def test_sweep(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep"]) == 0
    captured = capsys.readouterr()
    assert "embedded 5,000 MNIST digits" in captured.out
    assert "tiny: 2 runs" in captured.out
    assert "tanh, 3 layers, seeds 0 to 1" in captured.err
    assert len(list(tiny.glob("tanh_*"))) == 2
    assert main(["sweep", "tiny", "--jobs", "1"]) == 0
    assert capsys.readouterr().err == ""


def test_sweep_trains_on_complete_svhn_where_it_is_at_hand(
    tiny: Path, house_numbers: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def note(name: str, digits: Digits, *, progress: bool, folder: Path) -> None:
        made.append((name, digits.key, progress, folder))

    monkeypatch.setattr(studies, "make_record", note)
    monkeypatch.setattr(svhn, "svhn_files", lambda: [Path("svhn_sample.npz")])
    assert main(["sweep"]) == 0
    assert made == []
    monkeypatch.setattr(svhn, "svhn_files", lambda: [Path("train_32x32.mat"), Path("test_32x32.mat")])
    assert main(["sweep", "tiny"]) == 0
    assert made == []
    assert main(["sweep"]) == 0
    assert made == [("cnn_report", "svhn", True, tiny)]
    monkeypatch.setattr(studies, "own_record", lambda name, digits: "the record that it made")
    assert main(["sweep"]) == 0
    assert len(made) == 1


@pytest.mark.parametrize(
    "arguments, made",
    [
        (["--data", "mnist_5000"], ["mnist_5000"]),
        (["tiny", "--data", "mnist"], ["mnist"]),
        ([], ["mnist", "mnist_5000"]),
    ],
)
def test_records(
    arguments: list[str], made: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(studies, "STUDIES", {"tiny": of_sweep(TINY)})
    complete = dataclasses.replace(load_mnist_5000(), key="mnist")
    monkeypatch.setattr(mnist, "load_mnist", lambda: complete)
    asked = []

    def note(name: str, digits: Any, **settings: Any) -> str:
        asked.append((name, digits.key, settings))
        return f"{name}_{digits.key}.json"

    monkeypatch.setattr(studies, "make_record", note)
    assert main(["records", *arguments]) == 0
    assert asked == [("tiny", key, {"jobs": 1, "progress": True}) for key in made]
    assert all(f"tiny_{key}.json" in capsys.readouterr().out for key in made[:1])


def test_runs_of_house_numbers_are_trained_in_one_pool_before_the_records(
    house_numbers: Digits, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sample = dataclasses.replace(house_numbers, key="svhn_sample")
    monkeypatch.setattr(svhn, "load_svhn", lambda: sample)
    done: list[Any] = []
    monkeypatch.setattr(recipes, "train_runs", lambda names, digits, **settings: done.append((names, digits, settings)))
    monkeypatch.setattr(studies, "make_record", lambda name, digits, **settings: done.append(name))
    assert main(["records", "--data", "svhn_sample", "--jobs", "2"]) == 0
    names = list(recipes.STUDIES)
    trained = (names, sample, {"folder": tmp_path / "results", "jobs": 2, "progress": True})
    assert done == [trained, *names, "transfer", "transfer_pages"]


def test_train_cnn_writes_the_weights(
    house_numbers: Digits, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("TF_ENABLE_ONEDNN_OPTS", "TF_NUM_INTRAOP_THREADS"):  # put back afterwards
        monkeypatch.setenv(name, os.environ[name])
    asked: list[Any] = []

    def make_weights(digits: Digits, **settings: Any) -> list[str]:
        asked.append((digits, sorted(settings)))
        return ["report.npz: accuracy 0.9", "card.json"]

    monkeypatch.setattr(weights, "make_weights", make_weights)
    assert main(["train-cnn"]) == 0
    assert asked == [(house_numbers, ["progress", "runs"])]
    assert capsys.readouterr().out.splitlines()[1:] == ["report.npz: accuracy 0.9", "card.json"]


def test_expectations_writes_bounds_unless_it_only_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Expectation("between 0.9 and 0.95", bool, (0.9, 0.95), "tiny: a statistic")
    monkeypatch.setattr(chances, "rewritten", lambda text: text.replace("old", "new"))
    monkeypatch.setattr(chances, "chance_of", lambda expected, source: 2e-5)
    monkeypatch.setattr(chances, "read_expectations", lambda path: {"mnist": {"accuracy": made}})
    monkeypatch.chdir(tmp_path)
    assert main(["expectations"]) == 1
    assert "there is no book/expectations here; run it in a checkout" in capsys.readouterr().err
    path = tmp_path / "book" / "expectations" / "depth.yml"
    path.parent.mkdir(parents=True)
    path.write_text("old\n")
    assert main(["expectations", "--check"]) == 1
    assert path.read_text() == "old\n"
    assert "bounds to be written: book/expectations/depth.yml" in capsys.readouterr().out
    assert main(["expectations"]) == 0
    assert path.read_text() == "new\n"
    shown = capsys.readouterr().out
    assert "1 numbers on mnist; that one of them is broken: 0.00% at most" in shown
    assert " 2.0e-05  depth: accuracy, between 0.9 and 0.95 (tiny: a statistic)" in shown
    assert main(["expectations", "--check"]) == 0


def test_records_of_complete_mnist_need_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "grid"]) == 1
    assert "the record needs the data mnist, but found the embedded 5,000" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ([], "the following arguments are required: COMMAND"),
        (["predict-the-future"], "invalid choice: 'predict-the-future'"),
        (["sweep", "nonsense"], "unknown experiment 'nonsense'; expected one of tiny"),
        (["sweep", "--jobs", "0"], "'0' is no whole number, 1 or more"),
        (["sweep", "--jobs", "many"], "'many' is no whole number"),
        (["records", "--data", "svhn"], "invalid choice: 'svhn'"),
        (["records", "nonsense"], "unknown study 'nonsense'; expected one of cnn_ablation, "),
        (["data", "all"], "unrecognized arguments: all"),
    ],
)
def test_what_no_command_takes_ends_with_2(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert reason in capsys.readouterr().err


def test_what_goes_wrong_ends_with_1_and_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sweeps, "sweep", fail)
    assert main(["sweep"]) == 1
    assert capsys.readouterr().err == "python -m layerwise sweep: [Errno 28] No space left on device\n"


def test_a_reader_s_stop_says_that_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sweeps, "sweep", stop)
    assert main(["sweep"]) == 130
    assert "Stopped. What was finished is kept: python -m layerwise sweep goes on." in capsys.readouterr().err


def test_predict_prints_ten_probabilities_and_draws_the_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Path(__file__).parent.parent / "book" / "drawn_seven.jpg"
    assert main(["predict", str(page), "--steps", str(tmp_path / "steps.png")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("7 ")
    assert [line[0] for line in lines[2:12]] == list("0123456789")
    assert sum(float(line.split()[1]) for line in lines[2:12]) == pytest.approx(1, abs=0.01)
    assert (tmp_path / "steps.png").read_bytes().startswith(b"\x89PNG")


READS_A_SEVEN = """
import numpy as np
from layerwise.__main__ import main
from layerwise.see import forward
forward.Reader = lambda name: lambda inputs: np.eye(10)[[7]]
main(["predict", "book/drawn_seven.jpg"])
"""
HAS_THE_WRONG_SIGN = """
from layerwise.derive import check_gradient, gradients_with_bugs
from layerwise.derive.checked_network import Network

def function(w, b, x, T):
    network = Network([4] * 4, "tanh", "squared_error", weights=w, biases=b)
    return gradients_with_bugs(["sign"], network, x, T)

check_gradient(function)
"""


@pytest.mark.parametrize(
    "code, says",
    [(READS_A_SEVEN, "7  1.000  " + "?" * 40), (HAS_THE_WRONG_SIGN, "the sign is wrong: ? starts from y ? T")],
    ids=["predict", "check_gradient"],
)
def test_an_output_of_few_characters_gets_question_marks(code: str, says: str) -> None:
    """As on Windows, where the output goes into a file or a pipe."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert says in run.stdout.decode("cp1252")


def test_predict_says_that_there_is_no_digit_and_refuses_what_is_no_photo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw("", size=(210, 280)).save(tmp_path / "empty.png")
    assert main(["predict", str(tmp_path / "empty.png"), "--model", "report"]) == 1
    output = capsys.readouterr().out
    assert output.startswith("no digit was found") and "empty: no stroke was found" in output
    (tmp_path / "none").mkdir()
    assert main(["predict", str(tmp_path / "none")]) == 2
    assert "there is no picture in the folder" in capsys.readouterr().err


def test_predict_reads_many_photos_and_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parent.parent / "book" / "drawn_seven.jpg"
    (tmp_path / "b").mkdir()
    draw("3", size=(210, 280)).save(tmp_path / "b" / "three.PNG")
    draw("", size=(210, 280)).save(tmp_path / "b" / "empty.png")
    (tmp_path / "b" / "notes.txt").write_text("no picture")
    assert main(["predict", str(page), str(tmp_path / "b")]) == 1
    lines = capsys.readouterr().out.splitlines()
    names = [str(page), *(str(tmp_path / "b" / name) for name in ("empty.png", "three.PNG"))]
    assert [line.split(": ", 1)[0] for line in lines] == names
    assert ": 7  (p = " in lines[0] and ": 3  (p = " in lines[2]
    assert lines[1].endswith("no digit was found")
    assert main(["predict", str(page), str(tmp_path / "missing.jpg"), "--json"]) == 2
    output = capsys.readouterr()
    found = json.loads(output.out)
    assert found[0]["digit"] == 7 and sum(found[0]["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert found[1] == {"photo": str(tmp_path / "missing.jpg"), "error": found[1]["error"]} and "no file" in output.err
    assert main(["predict", str(page), str(page), "--steps", str(tmp_path / "steps.png")]) == 2
    assert "--steps draws one photo" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["steps.jpg", "missing/steps.png", "steps"])
def test_steps_are_drawn_into_a_figure_in_a_folder_that_is_there(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["predict", "photo.jpg", "--steps", str(tmp_path / name)])
    assert stop.value.code == 2
    assert "is no .png, .svg or .pdf in a folder that is there" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_reported_once() -> None:
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "layerwise", "predict", "book/drawn_seven.jpg"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )
    assert run.returncode == 1
    assert run.stderr == "python -m layerwise predict: [Errno 28] No space left on device\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        run = subprocess.run(
            [sys.executable, "-m", "layerwise", "predict", "book/drawn_seven.jpg", "--json"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )
    assert (run.returncode, run.stderr) == (1, "")


def test_a_claim_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "sigmoid-derivative", "tanh-best-5"]) == 0
    said = capsys.readouterr().out
    for words in (
        "published  the sigmoid's derivative",
        "ours       printed over true",
        "rule       derivative: ",
        "20 seeds",
    ):
        assert words in said
    assert "verdict    wrong in print (right when mended" in said and "verdict    cannot be told" in said
    assert main(["audit", "tanh-best-5", "--data", "mnist_5000"]) == 0
    assert "verdict    other data" in capsys.readouterr().out
    assert main(["audit", "tanh-worst"]) == 1
    assert "unknown claim 'tanh-worst'; there are tanh-function" in capsys.readouterr().err


def test_all_claims_are_counted_and_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit"]) == 0
    assert "wrong in print" in capsys.readouterr().out
    monkeypatch.chdir(Path(__file__).parents[1])
    assert main(["audit", "cost", "--export", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "claims.json").read_text("utf-8")) and (tmp_path / "codecheck.yml").is_file()
    monkeypatch.chdir(tmp_path)
    assert main(["audit", "--export", "elsewhere"]) == 1
    assert "run it in a checkout of the book" in capsys.readouterr().err

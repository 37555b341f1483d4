"""Each rule that counts accepts a planted truth and rejects a planted error."""

import pytest

from layerwise.audit import count_rules
from layerwise.audit.finding import HOLDS, NOT, OTHER, PRINT, UNKNOWN

CNN = {"filters": [9, 36, 49], "dense": [64, 10], "inputs": 49}


@pytest.mark.parametrize(
    ("rule", "arguments", "verdict"),
    [
        ("layer_counts", {"what": "created", "layers": [5, 20], "printed": [7, 22]}, HOLDS),
        ("layer_counts", {"what": "hidden", "layers": [5], "printed": [5]}, PRINT),
        ("mlp_parameters", {"layers": 20, "printed": {"total": 44_458}}, HOLDS),
        ("mlp_parameters", {"layers": 20, "printed": {"total": 44_458}, "biases": False}, PRINT),
        ("cnn_parameters", CNN | {"printed": 23_355}, HOLDS),
        ("cnn_parameters", CNN | {"printed": 23_356}, NOT),
        ("map_sizes", {"side": 32, "pool": 3, "blocks": 3}, HOLDS),
        ("map_sizes", {"side": 32, "pool": 1, "blocks": 3}, NOT),
        ("cases_and_epochs", {"cases": 9, "epochs": 3}, HOLDS),
        ("cases_and_epochs", {"cases": 12, "epochs": 3}, NOT),
        ("early_stopping", {"patience": 5, "epochs": 18}, HOLDS),
        ("early_stopping", {"patience": 4, "epochs": 18}, NOT),
        ("held_back", {"share": 0.1, "printed": 7326}, HOLDS),
        ("held_back", {"share": 0.1, "printed": 7325}, NOT),
        ("matrix_set", {"printed": "training"}, HOLDS),
        ("matrix_set", {"printed": "test"}, NOT),
        ("matrix_accuracy", {"printed": 0.8890}, HOLDS),
        ("matrix_accuracy", {"printed": 0.8762}, NOT),
        ("known_accuracy", {"printed": 0.8833, "test": 0.8833}, HOLDS),
        ("known_accuracy", {"printed": 0.8762, "test": 0.8833}, UNKNOWN),
        ("largest_class", {"printed": 1}, HOLDS),
        ("largest_class", {"printed": 2}, NOT),
        ("confused_pair", {"pair": [5, 3], "rank": 1}, HOLDS),
        ("confused_pair", {"pair": [0, 4], "rank": 5}, NOT),
        ("one_success", {"successes": 1, "trials": 1}, UNKNOWN),
        ("one_success", {"successes": 900, "trials": 1000}, HOLDS),
        ("shear_of", {"degrees": 0.15, "side": 32}, NOT),
        ("shear_of", {"degrees": 8, "side": 32}, HOLDS),
        ("loss_trained", {"printed": "cross-entropy"}, HOLDS),
        ("loss_trained", {"printed": "squared error"}, NOT),
        ("odd_success", {"digit": 7, "network": "cnn_report"}, NOT),
        ("constant_answer", {"printed": 0.1135}, HOLDS),
        ("constant_answer", {"printed": 0.1}, NOT),
    ],
)
def test_a_truth_is_accepted_and_an_error_is_not(rule: str, arguments: dict, verdict: str) -> None:
    finding = getattr(count_rules, rule)("mnist", **arguments)
    assert finding.verdict == verdict, finding


def test_an_odd_success_would_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    record = count_rules.load_record("transfer", "svhn_sample")
    record.frame["right"] //= 100
    monkeypatch.setattr(count_rules, "load_record", lambda *names: record)
    assert count_rules.odd_success("mnist", digit=7, network="cnn_report").verdict == HOLDS


@pytest.mark.parametrize(
    ("rule", "arguments"),
    [("odd_success", {"digit": 7, "network": "cnn_report"}), ("constant_answer", {"printed": 0.1135})],
)
def test_the_embedded_digits_are_other_data(rule: str, arguments: dict) -> None:
    assert getattr(count_rules, rule)("mnist_5000", **arguments).verdict == OTHER


def test_class_counts_are_those_of_the_official_files() -> None:
    assert (sum(count_rules.SVHN_TRAINING), sum(count_rules.SVHN_TEST)) == (73_257, 26_032)

"""The one name under which chapters find every data set."""

from layerwise import datasets, digits, mnist, svhn


def test_everything_public_of_the_modules_is_there() -> None:
    for module in (mnist, svhn):
        for name in module.__all__:
            assert getattr(datasets, name) is getattr(module, name)
            assert name in datasets.__all__
    for name in set(digits.__all__) - {"ARRAYS", "read_npz", "sha256_of"}:  # for the modules that make a data set
        assert getattr(datasets, name) is getattr(digits, name)
    assert all(hasattr(datasets, name) for name in datasets.__all__)

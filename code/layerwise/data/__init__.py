"""Data: the digits that networks learn from, where they come from, and how they are split (chapter ``data``).

Serves every chapter that trains or tests a network. A new data set is one :class:`DataSet`.
"""

from layerwise.data.digits import DataError, Digits, one_hot, scale
from layerwise.data.loading import DATA_SETS, DataSet, Edition, download_files, load_digits
from layerwise.data.mnist import (
    MNIST,
    MNIST_FILE_SHA256,
    MNIST_URL,
    SHA256,
    download_mnist,
    load_mnist,
    load_mnist_5000,
)
from layerwise.data.splits import split_by_photo
from layerwise.data.svhn import (
    SVHN,
    SVHN_FILES,
    SVHN_SAMPLE_PHOTOS,
    SVHN_SAMPLE_SHA256,
    SVHN_URL,
    cut_svhn_sample,
    download_svhn,
    load_svhn,
    svhn_files,
)

__all__ = [
    "DATA_SETS",
    "MNIST",
    "MNIST_FILE_SHA256",
    "MNIST_URL",
    "SHA256",
    "SVHN",
    "SVHN_FILES",
    "SVHN_SAMPLE_PHOTOS",
    "SVHN_SAMPLE_SHA256",
    "SVHN_URL",
    "DataError",
    "DataSet",
    "Digits",
    "Edition",
    "cut_svhn_sample",
    "download_files",
    "download_mnist",
    "download_svhn",
    "load_digits",
    "load_mnist",
    "load_mnist_5000",
    "load_svhn",
    "one_hot",
    "scale",
    "split_by_photo",
    "svhn_files",
]

"""Data: the digits that networks learn from, where they come from, and how they are split (chapter ``data``).

Serves every chapter that trains or tests a network.
"""

from layerwise.data.digits import DataError, Digits, one_hot, scale
from layerwise.data.mnist import MNIST_FILE_SHA256, MNIST_URL, SHA256, download_mnist, load_mnist, load_mnist_5000
from layerwise.data.splits import split_by_photo
from layerwise.data.svhn import (
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
    "MNIST_FILE_SHA256",
    "MNIST_URL",
    "SHA256",
    "SVHN_FILES",
    "SVHN_SAMPLE_PHOTOS",
    "SVHN_SAMPLE_SHA256",
    "SVHN_URL",
    "DataError",
    "Digits",
    "cut_svhn_sample",
    "download_mnist",
    "download_svhn",
    "load_mnist",
    "load_mnist_5000",
    "load_svhn",
    "one_hot",
    "scale",
    "split_by_photo",
    "svhn_files",
]

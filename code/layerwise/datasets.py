"""The digits that the book's networks learn from: everything a chapter needs, under one name.

Experiments import from the modules below instead, so that a change to one data set touches no result on the other.
"""

from layerwise.digits import DataError, Digits, one_hot, scale
from layerwise.mnist import (
    MNIST_FILE_SHA256,
    MNIST_URL,
    SHA256,
    download_mnist,
    load_mnist,
    load_mnist_5000,
)
from layerwise.split import split_by_photo
from layerwise.svhn import (
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

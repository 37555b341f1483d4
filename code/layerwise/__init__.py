"""Layerwise: the package that the book imports."""

import os

# Read once, when TensorFlow and Keras are imported; a reader's own settings win. Without the first two TensorFlow
# writes to stderr. The compiled trainer is TensorFlow's, so Keras has to use it too.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

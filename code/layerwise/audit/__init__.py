"""The audit: what the report published, how runs scatter, and with what chance a number leaves what is expected of it.

Serves all chapters that set a published number beside one of ours.
"""

from layerwise.audit.published import published_cnn_epochs, published_confusion_matrix, published_runs

__all__ = ["published_cnn_epochs", "published_confusion_matrix", "published_runs"]

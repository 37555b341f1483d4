"""The audit: published numbers and statements as claims, the rules that judge them, and with what chance ours hold.

Serves ``report_audit``, and all chapters that set a published number beside one of ours.

What it hands out is listed in ``__init__.pyi`` and loads when it is asked for: SymPy and SciPy take seconds.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""The library's version; answers carry it."""

__version__ = "0.1.0"

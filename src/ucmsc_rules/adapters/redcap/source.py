"""Opens what is to be read, as often as it is to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from ucmsc_rules.errors import UcmscRulesError

Source = str | Path | bytes | BinaryIO
Objects = Sequence[Mapping[str, Any]]
Opening = Callable[[], AbstractContextManager[BinaryIO]]


def opening(source: Source) -> Opening:
    """What opens a source from its start, again and again; a stream that cannot go back is held in memory.

    >>> again = opening(BytesIO(b"one"))
    >>> with again() as first, again() as second:
    ...     second.read()
    b'one'
    """
    if isinstance(source, str | Path):
        return lambda: _open(Path(source))
    if isinstance(source, bytes):
        return lambda: BytesIO(source)
    if not hasattr(source, "seekable"):
        what = type(source).__name__
        raise UcmscRulesError(f"give a path, bytes, a binary stream, or a list of objects, not {what}")
    stream = source if source.seekable() else BytesIO(source.read())
    start = stream.tell()

    def rewound() -> AbstractContextManager[BinaryIO]:
        stream.seek(start)
        return nullcontext(stream)

    return rewound


def _open(path: Path) -> AbstractContextManager[BinaryIO]:
    try:
        return path.open("rb")
    except OSError as error:
        raise UcmscRulesError(f"{path}: the file cannot be read: {error.strerror}") from None

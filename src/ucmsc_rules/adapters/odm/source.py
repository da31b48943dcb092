"""Opens what is to be read so that it can be read twice, whether it is a file or a stream that passes once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from ucmsc_rules.errors import UcmscRulesError

Source = str | Path | BinaryIO
_IN_MEMORY = 8 << 20


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """A binary stream that can be sought; what only passes once is copied to a temporary file first."""
    if isinstance(source, (str, Path)):
        with Path(source).open("rb") as stream:
            yield stream
    elif not isinstance(source.read(0), bytes):
        raise UcmscRulesError("an ODM file is read as bytes; open it in binary mode")
    elif source.seekable():
        yield source
    else:
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
            copyfileobj(source, copy)
            copy.seek(0)
            yield cast("BinaryIO", copy)

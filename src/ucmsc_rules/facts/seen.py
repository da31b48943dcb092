"""Notices a subject that was answered before, in a few bytes for each."""

from __future__ import annotations

from hashlib import blake2b

DIGEST_BYTES = 12


class Seen:
    """The subjects so far, as digests: 12 bytes each make a false alarm among a billion unlikely (1 in 10**11)."""

    def __init__(self) -> None:
        self._digests: set[bytes] = set()

    def again(self, subject: str) -> bool:
        """Whether the subject was seen before; from now on it was."""
        digest = blake2b(subject.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()
        if digest in self._digests:
            return True
        self._digests.add(digest)
        return False

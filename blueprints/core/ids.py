"""Ids: 63-bit integers in order of time, known before the INSERT, not guessable by adding one.

41 bits of milliseconds since 2020, then 22 bits that begin at a random place in every millisecond.
They exceed 2**53, so they are never written as a JSON number.
"""

from __future__ import annotations

import secrets
import threading
import time

EPOCH_MS = 1_577_836_800_000  # 2020-01-01T00:00:00Z
_RANDOM_BITS = 22
_lock = threading.Lock()
_last_ms = 0
_low = 0


def new_id() -> int:
    """The next id; later calls of one process give larger ones."""
    global _last_ms, _low
    with _lock:
        ms = time.time_ns() // 1_000_000 - EPOCH_MS
        if ms > _last_ms:
            _last_ms, _low = ms, secrets.randbits(_RANDOM_BITS - 1)
        else:
            _low += 1 + secrets.randbits(4)
            if _low >= 1 << _RANDOM_BITS:
                _last_ms, _low = _last_ms + 1, secrets.randbits(_RANDOM_BITS - 1)
        return _last_ms << _RANDOM_BITS | _low


def read_id(text: str | None) -> int | None:
    """The id in a piece of an address or a form, or None: digits that a 63-bit column can hold."""
    if not text or len(text) > 19 or not (text.isascii() and text.isdecimal()):
        return None
    return number if (number := int(text)) < 2**63 else None

"""Words as people search and sort them: pinyin keys, initials, and what may be stored of a text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Bidirectional overrides and zero-width characters let one text pass for another; they are dropped.
_INVISIBLE = {
    ord(c): None
    for c in "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
}


def clean(text: str | None) -> str:
    """One form of every text: NFC, no control or invisible characters, no blanks at the ends."""
    text = unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn")).strip()


@lru_cache(maxsize=4096)
def syllables(name: str) -> tuple[str, ...]:
    """Pinyin of a personal name (surname readings included), lower case, without tones."""
    from pypinyin import Style, lazy_pinyin  # 50 MB of tables that a web process hardly ever needs

    return tuple(s.lower() for s in lazy_pinyin(name.replace("·", ""), style=Style.NORMAL) if s.strip())


def sort_key(name: str, pinyin: str | None = None) -> str:
    """What people are ordered by: pinyin, then the characters, so that equal readings stay together."""
    return f"{pinyin or ' '.join(syllables(name))} {name}"


def search_key(name: str, *more: str, pinyin: str | None = None) -> str:
    """What a search looks into: characters, full pinyin, initials and e.g. a number, all lower case."""
    parts = (pinyin or " ".join(syllables(name))).split()
    return " ".join([name, "".join(parts), "".join(p[0] for p in parts if p), *more]).lower()


def like(words: str) -> str:
    """A LIKE pattern that finds exactly these characters; use with ``escape="\\\\"``."""
    escaped = clean(words).lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"

"""SHA-256 without `hashlib`, which takes eight times as long to import."""

from __future__ import annotations

import sys

from venvhook.system import encode

try:
    if sys.version_info >= (3, 12):
        from _sha2 import sha256  # type: ignore[import-not-found, unused-ignore]
    else:
        from _sha256 import sha256  # type: ignore[import-not-found, unused-ignore]
except ImportError:  # PyPy has neither
    from hashlib import sha256


def digest(text: str) -> str:
    """Sixteen hexadecimal digits of SHA-256."""
    return digest_of_bytes(encode(text))


def digest_of_bytes(data: bytes) -> str:
    """The same of bytes."""
    return str(sha256(data).hexdigest())[:16]

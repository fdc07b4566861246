"""How the managers make a folder's name of a project: letters that shells mind replaced, a digest of its path added."""

from __future__ import annotations

import binascii

from venvhook import digest


def replaced(name: str, letters: str) -> str:
    """NAME with each of LETTERS as `_`, cut to 42 characters, as poetry and pipenv do."""
    return name.translate(dict.fromkeys(map(ord, letters), "_"))[:42]


def normalized(name: str) -> str:
    """A project's name as PEP 503 compares it: runs of `-`, `_` and `.` are one `-`, in lower case."""
    parts = name.replace("_", "-").replace(".", "-").split("-")
    inner = [part for part in parts[1:-1] if part]
    return "-".join([parts[0], *inner, parts[-1]] if len(parts) > 1 else parts).lower()


def sha256(text: str) -> bytes:
    """The digest of TEXT in UTF-8."""
    return bytes(digest.sha256(_bytes(text)).digest())  # type: ignore[attr-defined]


def md5(text: str) -> bytes:
    """The same with MD5, which some Pythons are built without."""
    try:
        from _md5 import md5 as function  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from hashlib import md5 as function
    return bytes(function(_bytes(text)).digest())


def short(data: bytes) -> str:
    """The first eight letters of a digest in URL-safe base64 (RFC 4648, section 5)."""
    return binascii.b2a_base64(data[:6]).decode().rstrip("\n").replace("+", "-").replace("/", "_")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

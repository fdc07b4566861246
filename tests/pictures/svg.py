"""SVG by hand: text and boxes, no script, no font of its own; light, and dark where the reader's screen is dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', Helvetica, Arial, sans-serif"


def document(size: tuple[float, float], title: str, style: str, body: Iterable[str]) -> str:
    """A whole picture of SIZE (width, height), which says TITLE to those who do not see it."""
    width, height = (f"{length:g}" for length in size)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return "\n".join([f'{head} role="img">', f"<title>{escape(title)}</title>", style, *body, "</svg>", ""])


def style(plain: str, colours: Mapping[str, tuple[str, str]]) -> str:
    """The style sheet: PLAIN rules, and by class the colour that fills on a light screen and on a dark one."""
    light, dark = ("".join(f".{name}{{fill:{pair[n]}}}" for name, pair in colours.items()) for n in (0, 1))
    return f"<style>{plain}{light}@media(prefers-color-scheme:dark){{{dark}}}</style>"


def text(x: float, y: float, words: str, classes: str, **attributes: object) -> str:
    """One line of text whose baseline begins in X, Y."""
    return f'<text x="{x:g}" y="{y:g}" class="{classes}"{_more(attributes)}>{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, classes: str, **attributes: object) -> str:
    """A rectangle."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" class="{classes}"{_more(attributes)}/>'


def _more(attributes: Mapping[str, object]) -> str:
    return "".join(f" {name.replace('_', '-')}={quoteattr(str(value))}" for name, value in attributes.items())

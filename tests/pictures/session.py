"""A session of a real shell on a real terminal, with the real hook in a clean home, drawn as it stands on the screen.

Two folders of the machine are drawn under other names: the home as /home/me, that of the system's Python as /usr/bin.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from tests.shell.dialects import DIALECTS
from tests.shell.terminal import Terminal
from tests.shell.world import Installation, environ_of, make_environment

from . import svg

LINES = (
    "cd shop",
    "venvhook init",
    "which python",
    "cd .. && which python3",
    "cd shop/src && which python",
    "venvhook status",
    "deactivate",
)
PROMPTS = {  # the folder in colours, and the mark of shell/terminal.py
    "bash": "PS1='\\[\\e[1;36m\\]\\w\\[\\e[0m\\] $ \\[\\e]7337;$$:$((_t+=1))\\a\\]'\nHISTFILE=\n",
    "zsh": "unsetopt prompt_sp\nPS1=$'%B%F{cyan}%~%f%b $ %{\\e]7337;'$$$':%i\\a%}'\n",
    "fish": r"""
set -g fish_greeting
set -g fish_autosuggestion_enabled 0
set -g fish_color_command normal
set -g fish_color_param normal
set -g fish_color_end normal
set -g fish_color_operator normal
set -g fish_color_valid_path
function fish_prompt
    set -g _t (math 0$_t + 1)
    printf '\e[1;36m%s\e[0m $ \e]7337;%s:%s\a' (string replace -r "^$HOME" '~' $PWD) $fish_pid $_t
end
""",
    "pwsh": r"""
$e = [char]27
$plain = @{}
foreach ($each in 'Command', 'Parameter', 'Operator', 'String', 'Variable', 'Keyword', 'Number', 'Type', 'Member') {
    $plain[$each] = "$e[39m"
}
Set-PSReadLineOption -PredictionSource None -HistorySaveStyle SaveNothing -Colors $plain
function prompt {
    $global:_t++
    "$e[1;36m$($PWD.Path.Replace($HOME, '~'))$e[0m $ $e]7337;${PID}:$global:_t;early$([char]7)"
}
""",
}
SIZE, WIDTH, HEIGHT, MARGIN = 14, 8.43, 20, 18  # of the letters, of one of them, of a row, around all, in pixels
PLAIN = f"text{{font:{SIZE}px {svg.MONOSPACE}}}.bold{{font-weight:bold}}"
COLOURS = {
    "screen": ("#f6f8fa", "#161b22"),
    "default": ("#1f2328", "#e6edf3"),
    "black": ("#24292f", "#8b949e"),
    "red": ("#cf222e", "#ff7b72"),
    "green": ("#116329", "#56d364"),
    "brown": ("#7d4e00", "#e3b341"),
    "blue": ("#0969da", "#79c0ff"),
    "magenta": ("#8250df", "#d2a8ff"),
    "cyan": ("#1b7c83", "#56d4dd"),
    "white": ("#57606a", "#b1bac4"),
}

Run = tuple[str, str]  # letters, and the classes that they are drawn with


def record(root: Path, shell: str = "bash") -> list[list[Run]]:
    """What the screen of a shell shows after LINES, row by row; ROOT is an empty folder to work in."""
    root = Path(os.path.realpath(root))
    installation = Installation(root)
    home = installation.home
    _project(home / "shop")
    dialect = DIALECTS[shell]
    with open(home / dialect.rc, "a") as file:
        file.write(PROMPTS[shell])
    python = Path(os.path.realpath(sys.executable)).parent
    (home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
    environ = {**environ_of(home), "PATH": f"{python}:/usr/bin:/bin"}
    terminal = Terminal(dialect.argv, environ, str(home), "")
    try:
        for line in LINES:
            terminal.run(line)
        return list(_rows(terminal, {str(home): "/home/me", str(python): "/usr/bin"}))
    finally:
        terminal.close()


def _project(folder: Path) -> None:
    (folder / "src").mkdir(parents=True)
    (folder / "requirements.txt").write_text("")
    make_environment(folder / ".venv")


def _rows(terminal: Terminal, names: Mapping[str, str]) -> Iterator[list[Run]]:
    """The rows down to the cursor, each as letters of one kind together, with the folders NAMES called otherwise."""
    assert not terminal.screen.above, "the session is longer than the screen"
    for y in range(terminal.screen.cursor.y + 1):
        cells = terminal.screen.buffer[y]
        letters = [cells[x] for x in range(max(cells, default=-1) + 1)]
        kinds = groupby(letters, key=lambda cell: cell.fg + " bold" * cell.bold)
        row = [("".join(cell.data for cell in together), kind) for kind, together in kinds]
        for folder, name in names.items():
            row = [(words.replace(folder, name), kind) for words, kind in row]
        yield row


def draw(rows: list[list[Run]]) -> str:
    """The rows as a picture."""
    columns = max(80, *(sum(len(words) for words, _ in row) for row in rows))
    size = (2 * MARGIN + columns * WIDTH, 2 * MARGIN + len(rows) * HEIGHT)
    body = [svg.box(0, 0, *size, "screen", rx=8)]
    for number, row in enumerate(rows):
        body += _drawn(row, MARGIN + number * HEIGHT + SIZE)
    used = {"screen", *(kind.split()[0] for row in rows for _, kind in row)}
    style = svg.style(PLAIN, {name: pair for name, pair in COLOURS.items() if name in used})
    return svg.document(size, "A shell session: " + "; ".join(LINES), style, body)


def _drawn(row: list[Run], y: float) -> Iterator[str]:
    """One row. Its pieces have fixed places and lengths: columns stay columns in whatever font the reader has."""
    column = 0
    for words, kind in row:
        for piece in re.finditer(r"\S+( \S+)*", words):
            x, length = MARGIN + (column + piece.start()) * WIDTH, f"{len(piece[0]) * WIDTH:g}"
            yield svg.text(x, y, piece[0], kind, textLength=length, lengthAdjust="spacingAndGlyphs")
        column += len(words)

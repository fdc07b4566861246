"""A home that venvhook shares with others, and a live shell in it whose prompts are told apart whoever draws them."""

from __future__ import annotations

import copy
import re
from pathlib import Path

from shell.dialects import Dialect
from shell.terminal import Terminal
from shell.world import World, make_environment

# What shows that a prompt stands (terminal.py) is in the test's own prompt; it is put behind any other, too.
MARK = {
    "bash": r"""
_t_mark() {
    local status=$?
    [[ $PS1 == *7337* ]] || PS1+='\[\e]7337;$$:$((_t+=1))\a\]'
    return $status
}
if [[ ${PROMPT_COMMAND[1]+x} ]]; then PROMPT_COMMAND+=(_t_mark); else PROMPT_COMMAND+=$'\n'_t_mark; fi
""",
    "zsh": r"""
_t_mark() { [[ $PS1 == *7337* ]] || PS1+=$'%{\e]7337;'$$$':%i\a%}' }
precmd_functions+=(_t_mark)
""",
    "fish": r"""
function fish_right_prompt
    printf '.\e]7337;%s:%s\a' $fish_pid $_t
end
""",
}
# In PowerShell the function that reads a line draws the mark: the host calls it after each prompt. A prompt that is
# drawn again while a line is edited has no mark then.
PROMPT = {
    "pwsh": r"""
Set-PSReadLineOption -PredictionSource None -HistorySaveStyle SaveNothing
function prompt { "$(1 - [int]$?)> " }
"""
}
MARK["pwsh"] = r"""
if (-not $global:_t_read) {
    $global:_t = 0
    $global:_t_read = $function:PSConsoleHostReadLine
    function global:PSConsoleHostReadLine {
        $global:_t++
        [System.Console]::Write("$([char]27)]7337;${PID}:$global:_t;early$([char]7)")
        & $global:_t_read
    }
}
"""
# Where a neighbour's lines can be: above ours, and after them in a file that is read later. In PowerShell also after
# them in the same file, and in a command that an editor starts the shell with.
ORDERS = {"pwsh": ("first", "below", "last", "injected")}
NAME = "Zebra"  # of the environment: what its pyvenv.cfg says
SHOWN = re.compile(rf"\b{NAME}\b|\.venv\b")


class Crowd(World):
    """A world in which the prompt's own text comes before all else, so that neighbours may replace it."""

    below = ""  # lines of PowerShell's profile.ps1 behind what the installer wrote

    def write_rc(self, dialect: Dialect, before: str = "", after: str = "") -> None:
        bare = copy.copy(dialect)
        bare.prompt_rc = ""
        prompt = PROMPT.get(dialect.name, dialect.prompt_rc)
        super().write_rc(bare, prompt + before, after + MARK.get(dialect.name, ""))
        if self.below and dialect.name == "pwsh":
            with open(self.home / dialect.early_rc, "a") as file:
                file.write(self.below)

    def shop(self) -> Path:
        """A project with an environment that has a name; its environment."""
        shop = self.project("shop", env=False, allow=False)
        make_environment(shop / ".venv", prompt=NAME)
        self.cli("allow", str(shop))
        return shop / ".venv"

    def beside(self, text: str, order: str, lines: int, cwd: Path | None = None) -> Terminal:
        """A live shell whose startup files hold a neighbour's TEXT, in one of ORDERS; its prompt has so many LINES."""
        before, after, arguments = (text if order == each else "" for each in ("first", "last", "injected"))
        self.below = text if order == "below" else ""
        if arguments:
            (self.root / "injected.ps1").write_text(text)
        command = ("-NoExit", "-Command", f". {self.root}/injected.ps1") if arguments else ()
        live = self.start(before, after, cwd=cwd, arguments=command)
        live.above = lines - 1
        return live

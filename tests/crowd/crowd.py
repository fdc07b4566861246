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
NAME = "Zebra"  # of the environment: what its pyvenv.cfg says
SHOWN = re.compile(rf"\b{NAME}\b|\.venv\b")


class Crowd(World):
    """A world in which the prompt's own text comes before all else, so that neighbours may replace it."""

    def write_rc(self, dialect: Dialect, before: str = "", after: str = "") -> None:
        bare = copy.copy(dialect)
        bare.prompt_rc = ""
        super().write_rc(bare, dialect.prompt_rc + before, after + MARK.get(dialect.name, ""))

    def shop(self) -> Path:
        """A project with an environment that has a name; its environment."""
        shop = self.project("shop", env=False, allow=False)
        make_environment(shop / ".venv", prompt=NAME)
        self.cli("allow", str(shop))
        return shop / ".venv"

    def beside(self, text: str, order: str, lines: int, cwd: Path | None = None) -> Terminal:
        """A live shell whose rc files hold a neighbour's TEXT, "first" or "last"; its prompt has so many LINES."""
        live = self.start(cwd=cwd, **{"before" if order == "first" else "after": text})  # type: ignore[arg-type]
        live.above = lines - 1
        return live

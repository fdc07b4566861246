"""Other tools that hook the prompt or cd: how a live shell tells that one is there, and which get in venvhook's way.

The signs are the names of the functions that each tool's own shell code defines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# A tool, and the signs of it among the names of functions or in what is called at prompts and by cd.
KNOWN = {
    "starship": r"\bstarship[_ ]|Invoke-Starship",
    "powerlevel10k": r"\b_p9k_|\bp10k\b",
    "powerlevel9k": r"\bpowerlevel9k_",
    "liquidprompt": r"\b__?lp_|^prompt_(on|OFF)$",
    "oh-my-zsh": r"^omz$|^_omz_",
    "oh-my-bash": r"^_omb_",
    "oh-my-posh": r"\b_?omp_|oh-my-posh|set_poshcontext",
    "prezto": r"^pmodload$",
    "pure": r"\bprompt_pure_",
    "spaceship": r"\bspaceship(::|_)",
    "tide": r"\b_tide_",
    "posh-git": r"^posh-git$",
    "powerline": r"_powerline_|powerline-",
    "bash-preexec": r"\b__bp_",
    "ble.sh": r"^ble/",
    "direnv": r"\b_direnv_hook|\b__direnv_export",
    "mise": r"\b_mise_hook|\b__mise_|^mise$",
    "asdf": r"^asdf$|\basdf_update",
    "pyenv-virtualenv": r"\b_pyenv_virtualenv_hook",
    "conda": r"^__conda_|^conda$|Invoke-Conda",
    "autoenv": r"\bautoenv_",
    "autoswitch-virtualenv": r"_autoswitch_|^check_venv$",
    "virtualfish": r"\b__?vf|^vf$",
    "virtualenvwrapper": r"^virtualenvwrapper_",
    "zoxide": r"\b__?zoxide_|^_z_cd$",
    "autojump": r"\bautojump_|^__aj_",
    "fasd": r"\b_?fasd_",
    "nvm or fnm": r"\b_fnm_autoload|\bload-nvmrc",
    "VS Code": r"\b__vsc_|__VSCode",
    "iTerm2": r"\biterm2_p|\b__iterm2_",
}
# Those that activate environments themselves: the sign of it, and a word of the startup line that has it done.
RIVALS = {
    "pyenv-virtualenv": (r"\b_pyenv_virtualenv_hook", "virtualenv-init"),
    "autoenv": (r"\bautoenv_(cd|init)", "autoenv"),
    "autoswitch-virtualenv": (r"_autoswitch_|^check_venv$", "autoswitch"),
    "virtualfish": (r"auto_activat", "virtualfish"),
}


class Neighbour(NamedTuple):
    """A tool that is loaded in a shell, and where it has put itself: `hooks` of "prompt" and "cd"."""

    name: str
    hooks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.hooks)})" if self.hooks else self.name


def found(functions: Sequence[str], prompt: Sequence[str], cd: Sequence[str]) -> list[Neighbour]:
    """The tools that are known by a shell's FUNCTIONS, or by what runs at its PROMPT and on CD."""
    each = []
    for name, sign in KNOWN.items():
        hooks = tuple(hook for hook, texts in (("prompt", prompt), ("cd", cd)) if _in(sign, texts))
        if hooks or _in(sign, functions):
            each.append(Neighbour(name, hooks))
    return each


def rivals(functions: Sequence[str], prompt: Sequence[str], cd: Sequence[str]) -> list[tuple[str, str]]:
    """Those that activate environments themselves, each with the word to look for in the startup files."""
    texts = [*prompt, *cd, *functions]
    return [(name, word) for name, (sign, word) in RIVALS.items() if _in(sign, texts)]


def _in(sign: str, texts: Sequence[str]) -> bool:
    return any(re.search(sign, text, re.MULTILINE) for text in texts)

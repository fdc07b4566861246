"""The tools that venvhook is tried beside: how each gets into a shell, what it shows, and how it is seen to work."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field

from . import imitations
from .crowd import NAME

OURS = f"({NAME}) "


@dataclass(frozen=True)
class Neighbour:
    """A tool, and RC, the lines for each shell's own file. FILE, a path or a command, is what its Debian PACKAGE
    brings; or it is the package NPM, whose folder is {npm} in RC. One that has none of these is an imitation."""

    name: str
    rc: dict[str, str]
    package: str = ""
    file: str = ""
    npm: str = ""
    shows: str = OURS  # in the prompt, inside; where it is a prompt engine, its own segment
    lines: int = 1  # of its prompt
    works: tuple[tuple[str, str], ...] = ()  # lines typed in the project, and what they print
    after: tuple[tuple[str, str], ...] = ()  # the same, outside again
    files: dict[str, str] = field(default_factory=dict)  # its own in the project
    says: str = r"(?!)"  # lines that it prints itself
    keeps: tuple[bytes, ...] = ()  # variables that it changes for its own purposes
    known_as: str = ""  # to doctor
    takes_cd: tuple[str, ...] = ()  # loaded so, it leaves bash's hook nothing but the prompt

    @property
    def there(self) -> bool:
        """Whether it is on this machine."""
        return not self.file or os.path.exists(self.file) or shutil.which(self.file) is not None

    def silent(self, text: str) -> str:
        """What somebody else has printed."""
        return "\n".join(line for line in text.splitlines() if line.strip() and not re.match(self.says, line))


def _all(line: str, *shells: str) -> dict[str, str]:
    return dict.fromkeys(shells, line + "\n")


def _hooked(line: str) -> dict[str, str]:
    """A tool that prints its hook: LINE with the shell's name in it."""
    texts = {shell: f'eval "$({line.format(shell)})"\n' for shell in ("bash", "zsh")}
    return {**texts, "fish": f"{line.format('fish')} | source\n"}


_SHARE = "/usr/share"

NEIGHBOURS = (
    Neighbour(
        "direnv",
        _hooked("direnv hook {}"),
        package="direnv",
        file="direnv",
        works=(('echo "[$FROM_DIRENV]"', "[yes]"),),
        after=(('echo "[$FROM_DIRENV]"', "[]"),),
        files={".envrc": "export FROM_DIRENV=yes\n"},
        says="direnv: ",
        known_as="direnv",
    ),
    Neighbour(
        "direnv with PATH_add",
        _hooked("direnv hook {}"),
        package="direnv",
        file="direnv",
        works=(("tool", "from direnv"),),
        files={".envrc": "PATH_add tools\n", "tools/tool": "#!/bin/sh\necho from direnv\n"},
        says="direnv: ",
        known_as="direnv",
    ),
    Neighbour(
        "zoxide",
        {**_hooked("zoxide init {}"), "pwsh": "Invoke-Expression (zoxide init powershell | Out-String)\n"},
        package="zoxide",
        file="zoxide",
        works=(("zoxide query shop", "shop"),),
        known_as="zoxide",
    ),
    Neighbour(
        "autojump",
        {
            "bash": f". {_SHARE}/autojump/autojump.bash\n",
            "zsh": f". {_SHARE}/autojump/autojump.zsh\n",
            "fish": f". {_SHARE}/autojump/autojump.fish\n",
        },
        package="autojump",
        file=f"{_SHARE}/autojump/autojump.sh",
        known_as="autojump",
    ),
    Neighbour("fasd", _all('eval "$(fasd --init auto)"', "bash", "zsh"), "fasd", "fasd", known_as="fasd"),
    Neighbour(
        "virtualenvwrapper",
        _all(f". {_SHARE}/virtualenvwrapper/virtualenvwrapper.sh", "bash", "zsh"),
        package="virtualenvwrapper",
        file=f"{_SHARE}/virtualenvwrapper/virtualenvwrapper.sh",
        says="virtualenvwrapper.user_scripts creating ",
        known_as="virtualenvwrapper",
    ),
    Neighbour(
        "liquidprompt",
        _all(f". {_SHARE}/liquidprompt/liquidprompt", "bash", "zsh"),
        package="liquidprompt",
        file=f"{_SHARE}/liquidprompt/liquidprompt",
        shows=f"[{NAME}]",
        known_as="liquidprompt",
    ),
    Neighbour(
        "powerlevel9k",
        _all(
            f"POWERLEVEL9K_LEFT_PROMPT_ELEMENTS=(virtualenv dir)\n. {_SHARE}/powerlevel9k/powerlevel9k.zsh-theme",
            "zsh",
        ),
        package="zsh-theme-powerlevel9k",
        file=f"{_SHARE}/powerlevel9k/powerlevel9k.zsh-theme",
        shows=".venv",
        known_as="powerlevel9k",
    ),
    Neighbour(
        "pure-prompt",
        _all("fpath+=({npm}); autoload -U promptinit; promptinit; prompt pure", "zsh"),
        npm="pure-prompt",
        shows=f"{NAME} ❯",
        lines=3,
        known_as="pure",
    ),
    Neighbour(
        "spaceship-prompt",
        _all(". {npm}/spaceship.zsh", "zsh"),
        npm="spaceship-prompt",
        shows="via shop",
        lines=3,
        known_as="spaceship",
    ),
    Neighbour(
        "zsh-autosuggestions",
        _all(f". {_SHARE}/zsh-autosuggestions/zsh-autosuggestions.zsh", "zsh"),
        package="zsh-autosuggestions",
        file=f"{_SHARE}/zsh-autosuggestions/zsh-autosuggestions.zsh",
    ),
    Neighbour(
        "zsh-syntax-highlighting",
        _all(f". {_SHARE}/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh", "zsh"),
        package="zsh-syntax-highlighting",
        file=f"{_SHARE}/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh",
    ),
    Neighbour(
        "bash-completion",
        _all(f". {_SHARE}/bash-completion/bash_completion", "bash"),
        package="bash-completion",
        file=f"{_SHARE}/bash-completion/bash_completion",
    ),
    Neighbour(
        "mise",
        _all(
            "$env:MISE_OFFLINE, $env:MISE_TRUSTED_CONFIG_PATHS = '1', '/'\n"
            "(& {npm}/bin/mise activate pwsh) | Out-String | Invoke-Expression",
            "pwsh",
        ),
        npm="@jdxcode/mise",
        works=(('"[$env:FROM_MISE]"', "[yes]"),),
        after=(('"[$env:FROM_MISE]"', "[]"),),
        files={"mise.toml": '[env]\nFROM_MISE = "yes"\n'},
        says="mise ",
        keeps=(b"__MISE_DIFF", b"__MISE_SESSION", b"__MISE_WATCH", b"__MISE_ORIG_PATH"),
        known_as="mise",
    ),
    Neighbour("an engine like starship", imitations.ENGINE, shows="<Zebra>", known_as="starship"),
    Neighbour("an engine that shows VIRTUAL_ENV_PROMPT", imitations.UNKNOWN_ENGINE, shows="[Zebra]"),
    Neighbour("an engine that shows no environment", imitations.BLIND_ENGINE),
    Neighbour("an engine like oh-my-posh", imitations.POSH, shows="<Zebra>", known_as="oh-my-posh"),
    Neighbour("a prompt like posh-git's", imitations.POSH_GIT, known_as="posh-git"),
    Neighbour("a prompt of the user's", imitations.OWN_PROMPT),
    Neighbour("an editor's shell integration", imitations.EDITOR, known_as="VS Code"),
    Neighbour("another tool's cd", imitations.JUMPER, works=(("echo jumps=$jumps", "jumps="),), takes_cd=("last",)),
    Neighbour("another tool's alias for cd", imitations.ALIAS, takes_cd=("first", "last")),
    Neighbour("preexec for bash", imitations.PREEXEC, known_as="bash-preexec"),
    Neighbour("conda's function", imitations.CONDA, known_as="conda"),
)

"""What differs between the shells in the lines that a *user* types: the scenarios are the same text in all of them.

Also what each shell's rc file must hold so that terminal.py can tell a prompt from a prompt: a prompt `0> ` (the
status of the last command), and behind it the invisible mark with a count.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from typing import ClassVar

import pytest


@functools.cache
def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.findall(r"\d+", said)[:3]))


class Dialect:
    """bash and zsh; the other two say what is different."""

    name = ""
    arguments: tuple[str, ...] = ()
    rc = ""  # the user's own start-up file, below HOME
    early_rc = ""  # one that is read before what the installer writes
    installed_rc: tuple[str, ...] = ()  # what the installer writes
    prompt_rc = ""
    readonly_prompt = "readonly PS1"
    strict = ""
    environment: ClassVar[dict[str, str]] = {}
    # What no hook can give this shell: the thing that a scenario needs, and why it cannot be had.
    cannot: ClassVar[dict[str, str]] = {}
    pathsep = ":"
    first_on_path = False  # whether it puts its own folder in front of PATH, when that begins with another one

    @property
    def program(self) -> str:
        return shutil.which(self.name) or self.name

    def lacks(self, *version: int) -> bool:
        """Whether this shell is older than VERSION, which brought what a test is about."""
        return _version(self.program) < version

    @property
    def argv(self) -> list[str]:
        return [self.program, *self.arguments]

    @property
    def nested(self) -> str:
        """The line that starts another one of these in a shell."""
        return " ".join(self.argv)

    def needs(self, thing: str) -> None:
        """Skip the scenario, by name, in a shell that cannot do what it is about."""
        if thing in self.cannot:
            pytest.skip(f"{self.name}: {self.cannot[thing]}")

    def quote(self, text: str) -> str:
        return "'" + text.replace("'", "'\\''") + "'"

    def cd(self, folder: str) -> str:
        return f"cd {self.quote(folder)}"

    def set(self, name: str, value: str) -> str:
        """A shell variable, not exported."""
        return f"{name}={self.quote(value)}"

    def export(self, name: str, value: str) -> str:
        return f"export {name}={self.quote(value)}"

    def unset(self, name: str) -> str:
        return f"unset {name}"

    def show(self, name: str) -> str:
        """Print a shell variable, exported or not, between brackets."""
        return f'echo "[${{{name}-}}]"'

    def path_front(self, folder: str) -> str:
        return f"PATH={self.quote(folder)}:$PATH"

    def path_back(self, folder: str) -> str:
        return f"PATH=$PATH:{self.quote(folder)}"

    def path_remove(self, folder: str) -> str:
        """Take the first equal entry out; it must not be the last one."""
        entry = self.quote(f":{folder}:")
        return f'PATH=":$PATH"; PATH="${{PATH%%{entry}*}}:${{PATH#*{entry}}}"; PATH="${{PATH#:}}"'

    def activate(self, environment: str) -> str:
        return f". {self.quote(environment + '/bin/activate')}"

    def source(self, file: str) -> str:
        return f". {self.quote(file)}"

    def function(self, name: str, body: str) -> str:
        return f"{name}() {{ {body}; }}"

    def alias(self, name: str, body: str) -> str:
        return f"alias {name}={self.quote(body)}"

    def defined(self, name: str) -> str:
        """Print yes or no: is there a function of that name?"""
        return f"if typeset -f {name} >/dev/null; then echo yes; else echo no; fi"

    def then(self, first: str, second: str) -> str:
        return f"{first} && {second}"

    def subshell(self, line: str) -> str:
        return f"({line})"

    def capture(self, line: str) -> str:
        """Print what a command substitution of `line` gives, between brackets."""
        return f'echo "[$({line})]"'

    def say_status(self) -> str:
        return 'echo "status=$?"'


class Bash(Dialect):
    name = "bash"
    cannot: ClassVar[dict[str, str]] = {"setopt prompt_subst": "there is no such option"}
    rc = early_rc = ".bashrc"
    installed_rc = (".bashrc",)
    prompt_rc = "_t=0\nPS1='$?> \\[\\e]7337;$$:$((_t+=1))\\a\\]'\nHISTFILE=\n"
    strict = "set -euo pipefail"


class Zsh(Dialect):
    name = "zsh"
    rc = early_rc = ".zshrc"
    installed_rc = (".zshrc",)
    # %i, the number of the line that was read, needs neither a hook nor an option.
    prompt_rc = "unsetopt prompt_sp\nPS1=$'%?> %{\\e]7337;'$$$':%i\\a%}'\n"
    strict = "setopt err_exit no_unset pipe_fail"


class Fish(Dialect):
    name = "fish"
    cannot: ClassVar[dict[str, str]] = {
        "hashing off": "there is no such option",
        "setopt prompt_subst": "there is no such option",
    }
    rc = ".config/fish/config.fish"
    early_rc = ".config/fish/conf.d/00-user.fish"
    installed_rc = (".config/fish/conf.d/venvhook.fish",)
    prompt_rc = """set -g fish_greeting
set -g fish_autosuggestion_enabled 0
set -g _t 0
function _t_count --on-event fish_prompt
    set -g _t (math $_t + 1)
end
function fish_prompt
    printf '%s> \\e]7337;%s:%s\\a' $status $fish_pid $_t
end
"""

    def quote(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def set(self, name: str, value: str) -> str:
        return f"set -g {name} {self.quote(value)}"

    def export(self, name: str, value: str) -> str:
        return f"set -gx {name} {self.quote(value)}"

    def unset(self, name: str) -> str:
        return f"set -e {name}"

    def show(self, name: str) -> str:
        return f'echo "[${name}]"'

    def path_front(self, folder: str) -> str:
        return f"set -gx PATH {self.quote(folder)} $PATH"

    def path_back(self, folder: str) -> str:
        return f"set -gx PATH $PATH {self.quote(folder)}"

    def path_remove(self, folder: str) -> str:
        return f"set -e PATH[(contains -i -- {self.quote(folder)} $PATH)]"

    def activate(self, environment: str) -> str:
        return f"source {self.quote(environment + '/bin/activate.fish')}"

    def source(self, file: str) -> str:
        return f"source {self.quote(file)}"

    def function(self, name: str, body: str) -> str:
        return f"function {name}; {body}; end"

    def defined(self, name: str) -> str:
        return f"if functions -q {name}; echo yes; else; echo no; end"

    def subshell(self, line: str) -> str:
        return f"fish -c {self.quote(line)}"

    def capture(self, line: str) -> str:
        return f'echo "["({line})"]"'

    def say_status(self) -> str:
        return 'echo "status=$status"'


class Pwsh(Dialect):
    name = "pwsh"
    first_on_path = True
    arguments = ("-NoLogo",)
    rc = ".config/powershell/Microsoft.PowerShell_profile.ps1"
    early_rc = ".config/powershell/profile.ps1"
    installed_rc = (".config/powershell/profile.ps1",)
    cannot: ClassVar[dict[str, str]] = {
        "a folder name with an asterisk": "Set-Location -LiteralPath goes to another folder that matches it",
        "exec": "there is no exec",
        "hashing off": "there is no such option",
        "setopt prompt_subst": "there is no such option",
        "a folder name that is not utf-8": "what is not UTF-8 is U+FFFD to it",
        "a folder name with a backslash": "Set-Location makes / of \\ on every system",
        "a folder name with a doubled backquote": "it starts no program in such a folder",
        "a folder name with a backquote and a bracket": "it starts no program in such a folder",
    }
    environment: ClassVar[dict[str, str]] = {"POWERSHELL_TELEMETRY_OPTOUT": "1", "POWERSHELL_UPDATECHECK": "Off"}
    prompt_rc = """$global:_t = 0
Set-PSReadLineOption -PredictionSource None -HistorySaveStyle SaveNothing
function prompt {
    $shown = 1 - [int]$?
    $global:_t++
    "$shown> $([char]27)]7337;${PID}:$global:_t;early$([char]7)"
}
"""
    readonly_prompt = "Set-Item function:prompt $function:prompt -Options ReadOnly"
    strict = "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'"

    def quote(self, text: str) -> str:
        return "'" + "".join(c * 2 if c in "'\u2018\u2019\u201a\u201b" else c for c in text) + "'"

    def cd(self, folder: str) -> str:
        return f"Set-Location -LiteralPath {self.quote(folder)}"

    def set(self, name: str, value: str) -> str:
        return f"$global:{name} = {self.quote(value)}"

    def export(self, name: str, value: str) -> str:
        return f"$env:{name} = {self.quote(value)}"

    def unset(self, name: str) -> str:
        return f"$env:{name} = $null"

    def show(self, name: str) -> str:
        return f'"[$env:{name}]"'

    def path_front(self, folder: str) -> str:
        return f"$env:PATH = {self.quote(folder + ':')} + $env:PATH"

    def path_back(self, folder: str) -> str:
        return f"$env:PATH += {self.quote(':' + folder)}"

    def path_remove(self, folder: str) -> str:
        return f"$env:PATH = (':' + $env:PATH).Replace({self.quote(f':{folder}:')}, ':').TrimStart(':')"

    def activate(self, environment: str) -> str:
        return f". {self.quote(environment + '/bin/Activate.ps1')}"

    def function(self, name: str, body: str) -> str:
        return f"function global:{name} {{ {body} }}"

    def alias(self, name: str, body: str) -> str:
        return f"Set-Alias {name} {body} -Scope Global -Force -Option AllScope"

    def defined(self, name: str) -> str:
        return f"if (Test-Path function:{name}) {{ 'yes' }} else {{ 'no' }}"

    def subshell(self, line: str) -> str:
        return f"pwsh -NoProfile -Command {self.quote(line)}"

    def capture(self, line: str) -> str:
        return f'"[$({line})]"'

    def say_status(self) -> str:
        return '"status=$LASTEXITCODE"'


DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (Bash(), Zsh(), Fish(), Pwsh())}

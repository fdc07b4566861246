"""What a shell is told so that it can measure itself: a live interactive shell, on a terminal of its own.

`bench_prompt` does what the shell does before each prompt: it calls the hooks as the shell calls them, in their
order, and makes the prompt's text. `bench N TEXT` runs TEXT N times and prints the nanoseconds of one turn as `T123T`.
"""

from __future__ import annotations

import shutil
from typing import NamedTuple

READY = "READY> "


class Shell(NamedTuple):
    """`rc` is its start-up file below HOME; there `driver` stands first, then `clock` around what loads a tool.

    `line` is a typed line with all that happens around it; `oldest` is the first version that has a clock. `idle` is a
    command that does nothing, `ends` the arguments of an interactive shell that ends at once. `early`: the prompt is
    there before the line editor reads. `compiles`: code that runs often gets faster, so each sample has a new shell.
    """

    name: str
    arguments: tuple[str, ...]
    rc: str
    driver: str
    clock: tuple[str, str]
    line: str
    oldest: str
    idle: str = "true"
    ends: tuple[str, ...] = ("-i", "-c", "exit")
    early: bool = False
    compiles: bool = False

    @property
    def program(self) -> str | None:
        """Where it is, None if it is not here."""
        return shutil.which(self.name)

    def start_up(self, load: str) -> str:
        """The text of the start-up file; `bench_loaded` will print what loading took."""
        before, after = self.clock
        return "\n".join((self.driver, before, load, after, ""))

    def typed(self, *commands: str) -> str:
        """What happens when these lines are typed one after the other. An empty one is just the next prompt."""
        lines = [self.line.format(quoted=quoted(each), command=each) if each else "bench_prompt" for each in commands]
        return "; ".join(lines)


def quoted(text: str) -> str:
    """For all four shells alike, and within single quotes: nothing that is measured holds a special character."""
    assert not set(text) & set("'\"$`\\"), text
    return f'"{text}"'


BASH = Shell(
    "bash",
    (),
    ".bashrc",
    r"""
HISTFILE= PS1='READY> '
bench_prompt() {
    local _bench_each
    for _bench_each in "${PROMPT_COMMAND[@]}"; do eval "$_bench_each"; done
    : "${PS1@P}"
}
bench() {
    eval "bench_body() { $2; }"
    _bench_from=${EPOCHREALTIME/[.,]/}
    for ((_bench_i = 0; _bench_i < $1; _bench_i++)); do bench_body; done
    _bench_till=${EPOCHREALTIME/[.,]/}
    printf 'T%sT\n' $(((_bench_till - _bench_from) * 1000 / $1))
}
bench_loaded() { printf 'T%sT\n' $(((_bench_done - _bench_began) * 1000)); }
""",
    ("_bench_began=${EPOCHREALTIME/[.,]/}", "_bench_done=${EPOCHREALTIME/[.,]/}"),
    "{command}; bench_prompt",
    "5.0",
)

ZSH = Shell(
    "zsh",
    (),
    ".zshrc",
    r"""
zmodload zsh/datetime
unsetopt prompt_sp
HISTFILE= PS1='READY> '
bench_prompt() {
    local _bench_each
    for _bench_each in precmd $precmd_functions; do
        if (( $+functions[$_bench_each] )); then $_bench_each; fi
    done
    : ${(%%)PS1}
}
bench_before() {
    local _bench_each
    for _bench_each in preexec $preexec_functions; do
        if (( $+functions[$_bench_each] )); then $_bench_each "$1" "$1" "$1"; fi
    done
}
bench() {
    eval "bench_body() { $2; }"
    _bench_from=$EPOCHREALTIME
    for ((_bench_i = 0; _bench_i < $1; _bench_i++)); do bench_body; done
    _bench_till=$EPOCHREALTIME
    printf 'T%dT\n' $(((_bench_till - _bench_from) * 1e9 / $1))
}
bench_loaded() { printf 'T%dT\n' $(((_bench_done - _bench_began) * 1e9)); }
""",
    ("_bench_began=$EPOCHREALTIME", "_bench_done=$EPOCHREALTIME"),
    "bench_before {quoted}; {command}; bench_prompt",
    "5.3",
)

# fish has no clock of its own: two `date` stand around the loop, in every tool's turn alike.
FISH = Shell(
    "fish",
    (),
    ".config/fish/config.fish",
    r"""
set -g fish_greeting
set -g fish_autosuggestion_enabled 0
set -g fish_history ''
function fish_prompt; echo 'READY> '; end
function bench_prompt
    emit fish_prompt
    set -l drawn (fish_prompt)
end
function bench -a turns body
    eval "function bench_body; $body; end"
    set -l all (seq $turns)
    set -l from (date +%s%N)
    for i in $all; bench_body; end
    set -l till (date +%s%N)
    printf 'T%sT\n' (math --scale 0 "($till - $from) / $turns")
end
function bench_loaded
    printf 'T%sT\n' (math "$_bench_done - $_bench_began")
end
""",
    ("set -g _bench_began (date +%s%N)", "set -g _bench_done (date +%s%N)"),
    "emit fish_preexec {quoted}; {command}; emit fish_postexec {quoted}; bench_prompt",
    "3.2",
)

PWSH = Shell(
    "pwsh",
    ("-NoLogo",),
    ".config/powershell/profile.ps1",
    r"""
Set-PSReadLineOption -PredictionSource None -HistorySaveStyle SaveNothing
function prompt { 'READY> ' }
function bench_prompt { $null = prompt }
function bench($turns, $body) {
    $block = [scriptblock]::Create($body)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    for ($i = 0; $i -lt $turns; $i++) { . $block }
    'T{0}T' -f [long]($watch.Elapsed.TotalMilliseconds * 1e6 / $turns)
}
function bench_loaded { 'T{0}T' -f [long]$_bench_took }
""",
    (
        "$_bench_watch = [Diagnostics.Stopwatch]::StartNew()",
        "$_bench_took = $_bench_watch.Elapsed.TotalMilliseconds * 1e6",
    ),
    "{command}; bench_prompt",
    "5.1",
    "$null",
    ("-NoExit", "-Command", "exit"),
    early=True,
    compiles=True,
)

SHELLS = {shell.name: shell for shell in (BASH, ZSH, FISH, PWSH)}

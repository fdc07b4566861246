"""Mechanisms of tools that are not packaged, by their documentation: what matters is who rewrites what, and when."""

from __future__ import annotations

# A prompt engine that makes the whole prompt anew each time from VIRTUAL_ENV, as starship does; its code is its own.
ENGINE = {
    "bash": r"""
starship_precmd() {
    STARSHIP_CMD_STATUS=$?
    if [[ ${starship_before-} ]]; then eval "$starship_before"; fi
    PS1="~ ${VIRTUAL_ENV:+<Zebra> }> "
    return $STARSHIP_CMD_STATUS
}
starship_before=$PROMPT_COMMAND PROMPT_COMMAND=starship_precmd
""",
    "zsh": r"""
setopt prompt_subst
starship_engine() { print -rn -- "~ ${VIRTUAL_ENV:+<Zebra> }> " }
starship_precmd() { STARSHIP_CMD_STATUS=$? }
precmd_functions+=(starship_precmd)
PROMPT='$(starship_engine prompt)'
""",
    "fish": r"""
function fish_prompt
    set -l starship_status $status
    set -q VIRTUAL_ENV; and printf '~ <Zebra> > '; or printf '~ > '
end
""",
    "pwsh": r"""
$null = New-Module starship {
    function global:prompt {
        $ok, $code = $?, $global:LASTEXITCODE
        if (Test-Path function:Invoke-Starship-PreCommand) { Invoke-Starship-PreCommand }
        Set-PSReadLineOption -ExtraPromptLineCount 0
        "~ $(if ($env:VIRTUAL_ENV) { '<Zebra> ' })> "
        $global:LASTEXITCODE = $code
        if (-not $ok) { Write-Error '' -ErrorAction Ignore }
    }
    $env:VIRTUAL_ENV_DISABLE_PROMPT = 1
    Export-ModuleMember
}
""",
}

# One that nobody knows, and that shows VIRTUAL_ENV_PROMPT.
UNKNOWN_ENGINE = {
    "bash": r"""
my_draw() { PS1="${VIRTUAL_ENV_PROMPT:+[$VIRTUAL_ENV_PROMPT] }\\w \$ "; }
PROMPT_COMMAND="my_draw${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
""",
    "zsh": r"""
my_draw() { PS1="${VIRTUAL_ENV_PROMPT:+[$VIRTUAL_ENV_PROMPT] }%~ %# " }
precmd_functions=(my_draw $precmd_functions)
""",
    "fish": r"""
function fish_prompt
    set -q VIRTUAL_ENV_PROMPT; and printf '[%s] ' $VIRTUAL_ENV_PROMPT
    printf '%s> ' (prompt_pwd)
end
""",
    "pwsh": r"""
function prompt { "$(if ($env:VIRTUAL_ENV_PROMPT) { "[$env:VIRTUAL_ENV_PROMPT] " })$PWD> " }
""",
}

# One that makes it anew each time and knows nothing of environments.
BLIND_ENGINE = {
    "bash": r"""
my_draw() { PS1="<\\w> \$ "; }
PROMPT_COMMAND="my_draw${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
""",
    "zsh": r"""
my_draw() { PS1="<%~> %# " }
precmd_functions=(my_draw $precmd_functions)
""",
    "fish": r"""
function fish_prompt
    printf '<%s> > ' (prompt_pwd)
end
""",
    "pwsh": r"""
function prompt { "<$PWD> > " }
""",
}

# Editors wrap PS1 and PROMPT_COMMAND once, at the first prompt, to mark where prompts and commands begin and end.
EDITOR = {
    "bash": r"""
__vsc_first=1 __vsc_status=0 __vsc_in_command=1
__vsc_update_prompt() {
    if [[ ${__vsc_custom_ps1+x} && $__vsc_custom_ps1 == "$PS1" ]]; then return; fi
    __vsc_original_ps1=$PS1
    __vsc_custom_ps1="\[\e]633;A\a\]$__vsc_original_ps1\[\e]633;B\a\]"
    PS1=$__vsc_custom_ps1
}
__vsc_precmd() {
    printf '\e]633;D;%s\a\e]633;P;Cwd=%s\a' "$__vsc_status" "$PWD"
    __vsc_update_prompt
    __vsc_in_command=0
}
__vsc_preexec() { __vsc_in_command=1; printf '\e]633;C\a'; }
__vsc_prompt_cmd_original() {
    __vsc_status=$?
    local each
    for each in "${__vsc_original_prompt_command[@]}"; do
        (exit $__vsc_status)
        eval "${each:-}"
    done
    __vsc_precmd
    return $__vsc_status
}
__vsc_original_prompt_command=(${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"})
PROMPT_COMMAND=__vsc_prompt_cmd_original
PS0='$(__vsc_preexec)'"${PS0-}"
""",
    "zsh": r"""
__vsc_in_command=1
__vsc_precmd() {
    print -n "\e]633;D;$?\a\e]633;P;Cwd=$PWD\a"
    if [[ ! ${__vsc_custom_ps1+x} || $__vsc_custom_ps1 != $PS1 ]]; then
        __vsc_custom_ps1="%{"$'\e]633;A\a'"%}$PS1%{"$'\e]633;B\a'"%}"
        PS1=$__vsc_custom_ps1
    fi
}
__vsc_preexec() { print -n "\e]633;C\a" }
precmd_functions+=(__vsc_precmd)
preexec_functions+=(__vsc_preexec)
""",
    "fish": r"""
function __vsc_fish_prompt_start --on-event fish_prompt
    printf '\e]633;A\a'
end
function __vsc_cmd_executed --on-event fish_preexec
    printf '\e]633;C\a'
end
function __vsc_init --on-event fish_prompt
    functions -e __vsc_init
    functions --copy fish_prompt __vsc_fish_prompt
    function fish_prompt
        printf '\e]633;A\a'
        __vsc_fish_prompt
        printf '\e]633;B\a'
    end
end
""",
    "pwsh": r"""
if (-not $global:__VSCodeState.Original) {
    $global:__VSCodeState = @{ Original = $function:prompt; Last = -1; Runs = $false }
    $global:__VSCodeState.Read = $function:PSConsoleHostReadLine
    function global:prompt {
        $failed = [int]!$global:?
        Set-StrictMode -Off
        $last = Get-History -Count 1
        $shown = ''
        if ($global:__VSCodeState.Last -ne -1 -and $global:__VSCodeState.Runs) {
            $global:__VSCodeState.Runs = $false
            $shown = "$([char]27)]633;D;$failed$([char]7)"
        }
        $shown += "$([char]27)]633;A$([char]7)$([char]27)]633;P;Cwd=$($PWD.ProviderPath)$([char]7)"
        if ($failed) { Write-Error 'failure' -ErrorAction Ignore }
        $shown += $global:__VSCodeState.Original.Invoke()
        $global:__VSCodeState.Last = $last.Id
        "$shown$([char]27)]633;B$([char]7)"
    }
    function global:PSConsoleHostReadLine {
        $line = $global:__VSCodeState.Read.Invoke()
        $global:__VSCodeState.Runs = $true
        [System.Console]::Write("$([char]27)]633;E;x$([char]7)$([char]27)]633;C$([char]7)")
        $line
    }
}
""",
}

# A tool of jumps that has taken cd for itself, and counts.
JUMPER = {
    "bash": r"""
jumps=0
cd() { builtin cd "$@" || return; jumps=$((jumps + 1)); }
""",
    "zsh": r"""
jumps=0
cd() { builtin cd "$@" || return; jumps=$((jumps + 1)) }
""",
    "fish": r"""
set -g jumps 0
function cd
    builtin cd $argv; or return
    set -g jumps (math $jumps + 1)
end
""",
    "pwsh": r"""
$global:jumps = 0
function global:Step-Into { Set-Location @args; $global:jumps++ }
Set-Alias cd Step-Into -Scope Global -Force -Option AllScope
""",
}

# One that stands in for cd by an alias, and calls the builtin.
ALIAS = {
    "bash": r"""
_my_directories_cd() { builtin cd "$@"; }
alias cd=_my_directories_cd
""",
}

# bash's preexec and precmd by a DEBUG trap and PROMPT_COMMAND, put in place at the first prompt.
PREEXEC = {
    "bash": r"""
__bp_seen=0
__bp_precmd_invoke_cmd() {
    __bp_last=$?
    local each
    for each in ${precmd_functions[@]+"${precmd_functions[@]}"}; do (exit $__bp_last); "$each"; done
    return $__bp_last
}
__bp_interactive_mode() { __bp_mode=on; }
__bp_preexec_invoke_exec() {
    [[ $__bp_mode == on && ! ${COMP_LINE-} ]] || return 0
    __bp_mode=off __bp_seen=$((__bp_seen + 1))
}
__bp_install() {
    local rest=${PROMPT_COMMAND//__bp_install/:}
    trap '__bp_preexec_invoke_exec "$_"' DEBUG
    PROMPT_COMMAND="__bp_precmd_invoke_cmd"$'\n'"$rest"$'\n'"__bp_interactive_mode"
}
PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__bp_install"
""",
}

# conda's function of that name: activating changes PATH, PS1 and the CONDA_ variables.
CONDA = {
    "bash": r"""
export CONDA_SHLVL=0
__conda_activate() {
    case $1 in
        activate)
            export CONDA_SHLVL=1 CONDA_PREFIX=$HOME/conda/envs/$2 CONDA_DEFAULT_ENV=$2 CONDA_PROMPT_MODIFIER="($2) "
            PATH=$CONDA_PREFIX/bin:$PATH PS1="($2) $PS1"
            ;;
        deactivate)
            PATH=${PATH/"$CONDA_PREFIX/bin:"/} PS1=${PS1/"$CONDA_PROMPT_MODIFIER"/} CONDA_SHLVL=0
            unset CONDA_PREFIX CONDA_DEFAULT_ENV CONDA_PROMPT_MODIFIER
            ;;
    esac
}
conda() { __conda_activate "$@"; }
conda activate base
""",
}
CONDA["zsh"] = CONDA["bash"]
CONDA["pwsh"] = r"""
$env:CONDA_SHLVL = 0
function global:conda {
    if ($args[0] -eq 'activate') {
        $env:CONDA_SHLVL = 1; $env:CONDA_PREFIX = "$HOME/conda/envs/$($args[1])"; $env:CONDA_DEFAULT_ENV = $args[1]
        $env:CONDA_PROMPT_MODIFIER = "($($args[1])) "
        $env:PATH = "$env:CONDA_PREFIX/bin:$env:PATH"
    } elseif ($args[0] -eq 'deactivate') {
        $env:PATH = $env:PATH.Replace("$env:CONDA_PREFIX/bin:", '')
        Remove-Item Env:CONDA_PREFIX, Env:CONDA_DEFAULT_ENV, Env:CONDA_PROMPT_MODIFIER
        $env:CONDA_SHLVL = 0
    }
}
if (-not (Test-Path function:global:CondaPromptBackup)) {
    Copy-Item function:prompt function:global:CondaPromptBackup
    function global:prompt {
        if ($env:CONDA_PROMPT_MODIFIER) { Write-Host -NoNewline $env:CONDA_PROMPT_MODIFIER }
        CondaPromptBackup
    }
}
conda activate base
"""

# A prompt engine that is a module, asks a program at each prompt, and draws a short prompt again when Enter is pressed.
POSH = {
    "pwsh": r"""
$env:VIRTUAL_ENV_DISABLE_PROMPT = 1
$global:_ompExecutable = '/bin/echo'
New-Module -Name oh-my-posh-core -ScriptBlock {
    $script:Transient = $false
    $Function:prompt = {
        $script:Code = $global:LASTEXITCODE
        if ($script:Transient) { $script:Transient = $false; return '$ ' }
        $text = (& $global:_ompExecutable primary) -join "`n"
        Set-PSReadLineOption -ExtraPromptLineCount 0
        "$text$(if ($env:VIRTUAL_ENV) { ' <Zebra>' }) > "
        $global:LASTEXITCODE = $script:Code
    }
    Set-PSReadLineKeyHandler -Key Enter -ScriptBlock {
        $script:Transient = $true
        try { [Microsoft.PowerShell.PSConsoleReadLine]::InvokePrompt() }
        finally { [Microsoft.PowerShell.PSConsoleReadLine]::AcceptLine() }
    }
    Export-ModuleMember -Function prompt
} | Import-Module -Global
"""
}

# One that takes the prompt's place with a block that it keeps, and counts what there is to tell.
POSH_GIT = {
    "pwsh": r"""
New-Module -Name posh-git -ScriptBlock {
    $global:GitPromptScriptBlock = {
        $ok = $?
        $text = "$($ExecutionContext.SessionState.Path.CurrentLocation) $('>' * ($NestedPromptLevel + 1)) "
        if (-not $ok) { Write-Error '' -ErrorAction Ignore }
        $text
    }
    Set-Item function:global:prompt -Value $global:GitPromptScriptBlock
    Export-ModuleMember
} | Import-Module -Global
"""
}

# What stands in half of all profiles.
OWN_PROMPT = {"pwsh": "function prompt { \"MINE $(Split-Path -Leaf $PWD)> \" }\n"}

# venvhook's hook for zsh 5.3 and newer. It notices where the shell is, and reads plans: shell text from the helper that
# says what entering a project does, what leaving it does, and when that no longer holds. It decides nothing else.
# Everything private is named _venvhook_*, nothing is exported, and nothing is called that a user may have aliased.
#
# The lines up to `return` meet the user's aliases and options, hence the quotes. They have this file read once more with
# zsh's own options; the functions that come of it run under those ever after, and so do plans ("sticky" emulation).
'builtin' 'typeset' '-g' '+x' "_venvhook_launcher="'@VENVHOOK_LAUNCHER@'
'builtin' 'emulate' 'zsh' '-o' 'no_aliases' '-o' 'no_err_exit' '-o' 'no_err_return' '-o' 'no_multibyte' '-c' \
    '[[ ${_venvhook_clean-} == $$ || ! -o interactive ]] || _venvhook_clean=$$ builtin . "${_venvhook_launcher%/*}/venvhook.zsh"'
'builtin' "${${${(M)${_venvhook_clean-}:#$$}:+:}:-return}"

# Literals that installing fills in.
_venvhook_python='@VENVHOOK_PYTHON@' _venvhook_cache='@VENVHOOK_CACHE@' _venvhook_ceiling='@VENVHOOK_CEILING@'

# The shell's state. Sourced again, it stays; what a shell that we were started by has exported is not ours.
if ! builtin typeset -f _venvhook_look >/dev/null; then
    _venvhook_ready='' _venvhook_off='' _venvhook_plans=''
    _venvhook_here='' _venvhook_plan=none _venvhook_paused='' # the project entered, its plan, the project left by hand
    _venvhook_folder='' _venvhook_project=''                  # the folder looked at last, and the project found for it
    # The variable that says what environment is active, and its value. Outside they are empty and equal, too.
    _venvhook_sign=_venvhook_home _venvhook_home=''
    _venvhook_bin='' _venvhook_name='' _venvhook_label='' _venvhook_given='' _venvhook_theirs=''
    _venvhook_psvar='' _venvhook_drawn='' _venvhook_later='' _venvhook_known=''
    _venvhook_pending=${VENVHOOK_PROJECT:+inherited}
fi

# One line for the person; subshells are silent. powerlevel10k's instant prompt has it wait for the next prompt.
_venvhook_say() {
    if ((ZSH_SUBSHELL)); then return; fi
    if [[ ${__p9k_instant_prompt_active+x} ]]; then
        _venvhook_later+="venvhook: $1"$'\n'
    else
        builtin print -rnu2 -- "${_venvhook_later}venvhook: $1"$'\n'
        _venvhook_later=''
    fi
}

# Run without a word, and whatever goes wrong: in zsh a syntax error or a readonly variable ends all functions at once.
_venvhook_quietly() {
    { "$@" 2>/dev/null } always { TRY_BLOCK_ERROR=0; }
    return 0
}

# ---- the state machine ----------------------------------------------------------------------------------------------

# The nearest folder upwards that holds a marker, into _venvhook_project. (PWD is a variable: a user may have set or unset it.)
_venvhook_find() {
    local folder=$PWD stop=''
    _venvhook_project='' _venvhook_folder=$PWD
    if [[ $folder != /* ]]; then return; fi
    if [[ ${VENVHOOK_CEILING-$_venvhook_ceiling} ]]; then _venvhook_limit ":${VENVHOOK_CEILING-$_venvhook_ceiling}:"; fi
    until [[ $folder == "$stop" || -e $folder/.venvhook.toml || -L $folder/.venvhook.toml || ${#folder} -lt 2 ]]; do
        folder=${folder:h} # %/* takes ten times as long
    done
    if [[ $folder != "$stop" && ( -e $folder/.venvhook.toml || -L $folder/.venvhook.toml ) ]]; then _venvhook_project=$folder; fi
}
# The nearest folder upwards that is a ceiling, into stop: the search ends before it.
_venvhook_limit() {
    stop=$PWD
    until [[ $1 == *:"$stop":* || $1 == *:"${stop%/}/":* ]]; do
        if [[ ${#stop} -lt 2 ]]; then
            stop=''
            return
        fi
        stop=${stop:h}
    done
}
# All that matters only where there is a project comes with the plans.
_venvhook_prepare() {
    local place=${_venvhook_launcher%/*}/plan-2.zsh
    _venvhook_quietly builtin . "$place"
    if [[ ! $_venvhook_plans$_venvhook_off ]]; then
        _venvhook_off=1
        _venvhook_say "$place is gone, so venvhook is off in this shell; install venvhook again"
    fi
    [[ $_venvhook_plans ]]
}

# ---- triggers and commands ------------------------------------------------------------------------------------------

# At every prompt and cd: most often nothing has changed, and this is all that runs. In the folder of last time, a marker in
# it is all that could have come nearer than the known one. One function with few commands, because zsh maps memory for each
# call and blocks signals for each command, which takes longer than all these tests. Status and pipestatus need no care: zsh
# brings them back after its hooks.
_venvhook_look() {
    if [[ ! $_venvhook_ready || $_venvhook_later ]]; then _venvhook_begun || return 0; fi
    if [[ $PWD != "$_venvhook_folder" || $PWD != "$_venvhook_project" && ( -e $PWD/.venvhook.toml || -L $PWD/.venvhook.toml ) ]]; then
        _venvhook_find
    fi
    if [[ $_venvhook_project != "$_venvhook_here" || $_venvhook_pending$_venvhook_paused ||
        $_venvhook_here && $_venvhook_off${VENVHOOK_DISABLE:+x}${_OLD_VIRTUAL_PATH+x}${(P)_venvhook_sign} != "$_venvhook_home" ]] ||
        { [[ $_venvhook_here ]] && "_venvhook_stale_$_venvhook_plan" }; then
        if [[ $_venvhook_plans ]] || _venvhook_prepare; then _venvhook_switch; fi
    fi
    if [[ $_venvhook_label//${psvar[97]}//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-} != "$_venvhook_drawn" ]]; then _venvhook_draw; fi
}
# Until the first prompt, rc files may be running: not a word then, and no process.
_venvhook_begun() {
    if [[ ! $_venvhook_ready ]]; then
        if [[ ${zsh_eval_context[(r)file*]} ]]; then return 1; fi
        _venvhook_ready=1
        precmd_functions=(${precmd_functions:#_venvhook_first})
        _venvhook_offer
    fi
    if [[ $_venvhook_later && ! ${__p9k_instant_prompt_active+x} ]]; then
        builtin print -rnu2 -- "$_venvhook_later"
        _venvhook_later=''
    fi
    return 0
}
# The name is drawn by a reference in PS1, put there once, to an element of psvar, which no option makes zsh expand. Where
# something rewrites PS1 at each prompt and shows the name itself, or refers to it in its own way, it is left to it.
_venvhook_draw() {
    if [[ $_venvhook_label$_venvhook_psvar ]]; then _venvhook_show; fi
    if [[ -o prompt_percent && ${(t)PS1} != *readonly* && ${PS1-} != *('%(97V.%97v.)'|starship|p9k|build_left_prompt|spaceship|_omp_|12V|virtualenv|VIRTUAL_ENV)* ]] &&
        [[ ! $_venvhook_drawn || ! $_venvhook_name || ${PS1-} != *"$_venvhook_name"* ]]; then
        PS1='%(97V.%97v.)'${PS1-}
    fi
    _venvhook_drawn=$_venvhook_label//${psvar[97]}//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-}
}
# Prompt engines compute the first prompt before a hook that was loaded behind them runs: it also runs before them then.
_venvhook_first() { _venvhook_look; }
_venvhook_arm() {
    if [[ ! $_venvhook_ready$precmd_functions[(r)_venvhook_first] ]]; then precmd_functions=(_venvhook_first $precmd_functions); fi
    if [[ ! ${chpwd_functions[(r)_venvhook_look]} ]]; then chpwd_functions+=(_venvhook_look); fi
    if [[ ! ${precmd_functions[(r)_venvhook_look]} ]]; then precmd_functions+=(_venvhook_look); fi
}
# The command, run by the helper's interpreter; on and off are this shell's own.
venvhook() {
    local _venvhook_status=0
    case ${#}${1-} in
        1on) _venvhook_off='' _venvhook_paused='' _venvhook_known='' ;;
        1off) _venvhook_off=1 ;;
        *) "$_venvhook_python" -I -X utf8 "$_venvhook_launcher" cli "$@" || _venvhook_status=$? ;;
    esac
    # The helper gave no plan: try again. What is only a notice is said again by on.
    if [[ $_venvhook_plan == none || ${#}${1-} == 1on && ! $_venvhook_home ]]; then _venvhook_here='' _venvhook_plan=none; fi
    _venvhook_look
    _venvhook_offer
    return "$_venvhook_status"
}
# Completion: read at the first TAB. Where compinit runs before the first prompt, before or after this file, it is known
# from then on; where it runs later, once the command has been used.
_venvhook_offer() {
    if [[ -v _comps ]]; then _comps[venvhook]=_venvhook_complete; fi # as compdef would, which takes longer
}
_venvhook_complete() {
    _venvhook_quietly builtin . "${_venvhook_launcher%/*}/complete.zsh"
    if builtin typeset -f _venvhook_tab >/dev/null; then _venvhook_tab "$@"; fi
}

_venvhook_arm

# venvhook's hook for zsh 5.3 and newer. It notices where the shell is, and reads plans: shell text from the helper that
# says what entering a project does, what leaving it does, and when that no longer holds. It decides nothing else.
# Everything private is named _venvhook_*, nothing is exported, and nothing is called that a user may have aliased.
#
# The lines up to `return` run under the user's aliases and options, hence the quotes. They read this file a second time under
# zsh's own options. Functions that are defined there keep these options wherever they are called ("sticky" emulation), and so
# do plans. Plain emulation leaves many options of the user's alone; those that would show our names, our commands or our
# reading are named: auto_name_dirs puts a variable's name in the place of the folder in prompts. With local_traps a function
# can put a trap aside until it returns. The colon is there for auto_name_dirs too, which looks only at values that are paths.
'builtin' 'typeset' '-g' '+x' "_venvhook_source=:"'@VENVHOOK_LAUNCHER@'
'builtin' 'emulate' 'zsh' '-o' 'no_aliases' '-o' 'no_err_exit' '-o' 'no_err_return' '-o' 'no_multibyte' '-o' 'no_auto_name_dirs' \
    '-o' 'no_xtrace' '-o' 'no_verbose' '-o' 'no_source_trace' '-o' 'local_traps' '-o' 'no_debug_before_cmd' '-c' \
    '[[ ${_venvhook_clean-} == $$ || ! -o interactive ]] ||'\
' { builtin unset -v _venvhook_clean; _venvhook_clean=$$ builtin . "${${_venvhook_source#:}%/*}/venvhook.zsh" }'
'builtin' "${${${(M)${_venvhook_clean-}:#$$}:+:}:-return}"

# The shell's state. When the file is read again, the state stays. PATH may have been set again by a startup file, and is put
# right at the next prompt; prompts test everything until a project is entered or left. In a new shell everything of this name
# comes from the environment, and is dropped. The values are hidden (-H), so that a file with all variables of this shell does
# not give another shell our state.
if builtin typeset -f _venvhook_find >/dev/null; then
    _venvhook_unsettled=$_venvhook_home _venvhook_plans=''
    builtin unset -v _venvhook_known
    _venvhook_prompt() {
        builtin trap - DEBUG ZERR
        _venvhook_changed
    }
else
    builtin unset -m '_venvhook_*'
    builtin typeset -gH _venvhook_ready='' _venvhook_off='' _venvhook_plans=''
    # The project entered, its plan, the project that the user left by hand.
    builtin typeset -gH _venvhook_here='' _venvhook_plan=none _venvhook_paused=''
    # The folder looked at last, and the project found for it. Two markers that may come: one in this folder, and the marker of
    # a project that was here until its marker went.
    builtin typeset -gH _venvhook_folder='' _venvhook_project='' _venvhook_near='' _venvhook_lost=''
    # The variable that says which environment is active, and its value. Outside both are empty, and so equal too.
    builtin typeset -gH _venvhook_sign='' _venvhook_home=''
    builtin typeset -gH _venvhook_bin='' _venvhook_name='' _venvhook_label='' _venvhook_given='' _venvhook_theirs=''
    builtin typeset -gH _venvhook_psvar='' _venvhook_drawn='' _venvhook_later='' _venvhook_unsettled=''
    builtin typeset -gH _venvhook_pending=${VENVHOOK_PROJECT:+inherited}
    # Nothing to undo was inherited, so nothing that says what was before is believed.
    if [[ ! $_venvhook_pending ]]; then builtin unset -m '_VENVHOOK_*'; fi
    # What plans and their functions use.
    builtin typeset -gH _venvhook_text='' _venvhook_new='' _venvhook_new_project='' _venvhook_noted='' _venvhook_usual=''
    builtin typeset -gH _venvhook_silent='' _venvhook_readers='' _venvhook_behind=''
    # The user's setting for ceilings, and the folders that it stands for.
    builtin typeset -gH _venvhook_limits='' _venvhook_ceilings=''
fi
# The plans that this shell has read: a project's folder and the plan's id. They are read again after an upgrade.
builtin typeset -gAH _venvhook_known
# Literals that the installer fills in.
builtin typeset -gH _venvhook_launcher='@VENVHOOK_LAUNCHER@' _venvhook_python='@VENVHOOK_PYTHON@'
builtin typeset -gH _venvhook_cache='@VENVHOOK_CACHE@' _venvhook_ceiling='@VENVHOOK_CEILING@'

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

# Find the nearest folder upwards that holds a marker, and set _venvhook_project to it. (PWD is a variable: a user may have set
# or unset it.)
_venvhook_find() {
    local _venvhook_at=$PWD _venvhook_stop=''
    _venvhook_project='' _venvhook_folder=$PWD _venvhook_near=$PWD/.venvhook.toml _venvhook_lost=''
    if [[ $PWD != /* || ${VENVHOOK_CEILING-$_venvhook_ceiling} ]]; then
        _venvhook_limit "${VENVHOOK_CEILING-$_venvhook_ceiling}" || return 0
    fi
    until [[ $_venvhook_at == "$_venvhook_stop" || -e $_venvhook_at/.venvhook.toml || -L $_venvhook_at/.venvhook.toml ||
        ${#_venvhook_at} -lt 2 ]]; do
        _venvhook_at=${_venvhook_at:h} # %/* takes ten times as long
    done
    if [[ $_venvhook_at != "$_venvhook_stop" && ( -e $_venvhook_at/.venvhook.toml || -L $_venvhook_at/.venvhook.toml ) ]]; then
        _venvhook_project=$_venvhook_at
    fi
}
# The same in the folder of last time. A project that was here, and whose marker has gone, is remembered until it comes back.
_venvhook_find_again() {
    local _venvhook_was=${_venvhook_project:+$_venvhook_project/.venvhook.toml} _venvhook_gone=$_venvhook_lost
    _venvhook_find
    if [[ $_venvhook_was && $_venvhook_was != "$_venvhook_project/.venvhook.toml" ]]; then _venvhook_gone=$_venvhook_was; fi
    if [[ ! -e $_venvhook_gone && ! -L $_venvhook_gone ]]; then _venvhook_lost=$_venvhook_gone; fi
}
# Set _venvhook_stop to the nearest folder upwards that is a ceiling: the search ends before it. A ceiling and a folder are the
# same by every spelling. No ceiling is looked at more than once in a shell: it may be a disk that does not answer. Fails where
# nothing is to be looked for.
_venvhook_limit() {
    local _venvhook_each
    if [[ $PWD != /* ]]; then
        _venvhook_near=''
        return 1
    fi
    if [[ $1 != "$_venvhook_limits" ]]; then
        _venvhook_limits=$1 _venvhook_ceilings=:
        for _venvhook_each in ${(s.:.)1}; do
            if [[ $_venvhook_each == /* ]]; then _venvhook_ceilings+=${_venvhook_each:a}:${_venvhook_each:A}:; fi
        done
    fi
    _venvhook_stop=$PWD
    until [[ $_venvhook_ceilings == *:"$_venvhook_stop":* || $_venvhook_ceilings == *:"${_venvhook_stop:A}":* ]]; do
        if [[ ${#_venvhook_stop} -lt 2 ]]; then
            _venvhook_stop=''
            return 0
        fi
        _venvhook_stop=${_venvhook_stop:h}
    done
    if [[ $_venvhook_stop == "$PWD" ]]; then _venvhook_near=''; fi
}
# All that matters only where there is a project comes with the plans.
_venvhook_prepare() {
    local _venvhook_place=${_venvhook_launcher%/*}/plan-2.zsh
    _venvhook_quietly builtin . "$_venvhook_place"
    if [[ ! $_venvhook_plans$_venvhook_off ]]; then
        _venvhook_off=1
        _venvhook_say "$_venvhook_place is gone, so venvhook is off in this shell; install venvhook again"
    fi
    [[ $_venvhook_plans ]]
}

# ---- triggers and commands ------------------------------------------------------------------------------------------

# Outside of projects: nothing is known of an environment, and this is all that runs at a prompt; in a project it is a function
# of the plan's that runs instead. Most often nothing has changed. In the folder of last time a marker counts that has come in
# the meantime: in the folder itself, or the marker of a project that was here before (git stash takes it away and brings it back).
# It is one function with few commands, because zsh maps memory for each call and blocks signals for each command, which takes
# longer than all these tests. Status and pipestatus need no care: zsh restores them after its hooks. The user's DEBUG and ERR
# traps are put aside until a function returns. (With no_debug_before_cmd the command that does this does not fire the DEBUG
# trap either.) A deactivate that came with an activate script is not ours to take away.
_venvhook_outside() {
    if [[ $_venvhook_theirs && ! ${_OLD_VIRTUAL_PATH+x} ]]; then
        builtin unset -f deactivate
        builtin eval "$_venvhook_theirs"
    fi
    _venvhook_sign=_venvhook_home _venvhook_home='' _venvhook_bin='' _venvhook_name='' _venvhook_label='' _venvhook_given='' _venvhook_theirs=''
    _venvhook_prompt() {
        builtin trap - DEBUG ZERR
        [[ $PWD == "$_venvhook_folder" && ! -e $_venvhook_near && ! -L $_venvhook_near &&
            ! $_venvhook_project$_venvhook_here$_venvhook_lost$_venvhook_later$_venvhook_pending$_venvhook_paused$_venvhook_unsettled$_venvhook_drawn ]] ||
            _venvhook_changed
    }
}
# Something may have changed: where the shell is, or by hand, or what the plan rests on, or the prompt.
_venvhook_changed() {
    if [[ $PWD != "$_venvhook_folder" || $PWD != "$_venvhook_project" && ( -e $_venvhook_near || -L $_venvhook_near ) ||
        $_venvhook_lost && ( -e $_venvhook_lost || -L $_venvhook_lost ) ||
        $_venvhook_project != "$_venvhook_here" || $_venvhook_later$_venvhook_pending$_venvhook_paused$_venvhook_unsettled ||
        $_venvhook_here && $_venvhook_off${VENVHOOK_DISABLE:+x}${_OLD_VIRTUAL_PATH+x}${(P)_venvhook_sign} != "$_venvhook_home" ]] ||
        { [[ $_venvhook_here ]] && "_venvhook_stale_$_venvhook_plan" }; then
        _venvhook_look prompt
    fi
    if [[ $_venvhook_label$_venvhook_drawn &&
        $_venvhook_label//${psvar[37]}//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-} != "$_venvhook_drawn" ]]; then
        _venvhook_draw prompt
    fi
}
# At every change of folder, after the command, and at a prompt where something has changed: look where the shell is, and go from
# project to project if something has changed there, or by hand, or in what the plan rests on.
_venvhook_look() {
    builtin trap - DEBUG ZERR
    if [[ ! $_venvhook_ready || $_venvhook_later ]]; then _venvhook_begun || return 0; fi
    if [[ $PWD == "$_venvhook_folder" && $_venvhook_project$_venvhook_lost ]]; then _venvhook_find_again; else _venvhook_find; fi
    if [[ $_venvhook_project != "$_venvhook_here" || $_venvhook_pending$_venvhook_paused$_venvhook_unsettled ||
        $_venvhook_here && $_venvhook_off${VENVHOOK_DISABLE:+x}${_OLD_VIRTUAL_PATH+x}${(P)_venvhook_sign} != "$_venvhook_home" ]] ||
        { [[ $_venvhook_here ]] && "_venvhook_stale_$_venvhook_plan" }; then
        if [[ $_venvhook_plans ]] || _venvhook_prepare; then _venvhook_switch; fi
    fi
    if [[ $_venvhook_label$_venvhook_drawn &&
        $_venvhook_label//${psvar[37]}//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-} != "$_venvhook_drawn" ]]; then
        _venvhook_draw "$@"
    fi
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
# Prompt engines that were loaded before the hook compute the first prompt before it runs. So it runs before them too, once.
_venvhook_first() { _venvhook_prompt; }
_venvhook_arm() {
    if [[ ${(t)precmd_functions} != *readonly* ]]; then
        # An older hook had _venvhook_look there.
        precmd_functions=(${precmd_functions:#_venvhook_look})
        if [[ ! $_venvhook_ready$precmd_functions[(r)_venvhook_first] ]]; then
            precmd_functions=(_venvhook_first $precmd_functions)
        fi
        if [[ ! ${precmd_functions[(r)_venvhook_prompt]} ]]; then precmd_functions+=(_venvhook_prompt); fi
    fi
    if [[ ${(t)chpwd_functions} != *readonly* && ! ${chpwd_functions[(r)_venvhook_look]} ]]; then
        chpwd_functions+=(_venvhook_look)
    fi
}
# The command, which the helper's interpreter runs; on and off concern only this shell. Tools save functions without those that
# begin with an underscore, and load them in other shells: there the program is called.
venvhook() {
    if [[ ! ${_venvhook_python-} ]]; then
        command venvhook "$@"
        return
    fi
    builtin trap - DEBUG ZERR
    local _venvhook_status=0
    case ${#}${1-} in
        1on) _venvhook_off='' _venvhook_paused='' _venvhook_known=() _venvhook_unsettled=$_venvhook_home ;;
        1off) _venvhook_off=1 ;;
        *) "$_venvhook_python" -I -X utf8 "$_venvhook_launcher" cli "$@" || _venvhook_status=$? ;;
    esac
    # The helper gave no plan: try again. A notice is printed again by on.
    if [[ $_venvhook_plan == none || ${#}${1-} == 1on && ! $_venvhook_home ]]; then _venvhook_here='' _venvhook_plan=none; fi
    _venvhook_look
    _venvhook_offer
    return "$_venvhook_status"
}
# Completion: read at the first TAB. Where compinit runs before the first prompt, before or after this file, it is known
# from then on; where it runs later, once the command has been used.
_venvhook_offer() {
    if [[ ${(t)_comps} == association* && ${(t)_comps} != *readonly* ]]; then
        _comps[venvhook]=_venvhook_complete # as compdef would, which takes longer
    fi
}
_venvhook_complete() {
    _venvhook_quietly builtin . "${_venvhook_launcher%/*}/complete.zsh"
    if builtin typeset -f _venvhook_tab >/dev/null; then _venvhook_tab "$@"; fi
}

if [[ ! $_venvhook_home ]]; then _venvhook_outside; fi
_venvhook_arm
builtin unset -v _venvhook_source

# venvhook's hook for bash 3.2 and newer. It notices where the shell is, and reads plans: shell text from the helper that
# says what entering a project does, what leaving it does, and when that no longer holds. It decides nothing else.
#
# bash's scope is dynamic, so every name here, locals too, begins with _venvhook_: any other name may be the user's, with
# any attribute. Nothing is exported, and nothing is called that a user may have aliased.
# shellcheck disable=SC2016 # what PS1 and PROMPT_COMMAND expand
case $- in *i*) ;; *) return 0 ;; esac
# Variables that another shell has exported are not ours: this shell's own say so by its process id.
[[ ${_venvhook_shell-} == "$$" ]] || \builtin unset -v "${!_venvhook_@}" 2>/dev/null
# While this file is read: set -a would export what is made here, set -k takes arguments for assignments, aliases would be
# woven into the functions, and the user's traps and traces (-e -E -T -x) are not for our lines.
_venvhook_flags=${-//[!aekETx]/}
if [[ $_venvhook_flags ]]; then { \builtin set +aekETx && \builtin export -n _venvhook_flags; } 2>/dev/null; fi
\builtin shopt -q expand_aliases && _venvhook_aliases=1 || _venvhook_aliases=
\builtin shopt -u expand_aliases

# Literals that installing fills in.
_venvhook_python='@VENVHOOK_PYTHON@' _venvhook_launcher='@VENVHOOK_LAUNCHER@' _venvhook_cache='@VENVHOOK_CACHE@'
_venvhook_ceiling='@VENVHOOK_CEILING@' _venvhook_wrap_cd='@VENVHOOK_WRAP_CD@'

# Only from 4.4 on can a variable be asked whether it is exported (before, it is taken to be), and can a function have
# options of its own.
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then _venvhook_modern=1; else _venvhook_modern=''; fi
if ((BASH_VERSINFO[0] < 4)); then _venvhook_coarse=1; else _venvhook_coarse=''; fi # compares times of files by the second
# Our entry of PROMPT_COMMAND. A child that inherits it finds no such variable, and runs nothing. The status goes in and
# out again for the entries after ours; a command before && is no failure to an ERR trap or to set -e.
_venvhook_prompt=_venvhook_prompt
_venvhook_entry='"${_venvhook_prompt-:}" "$?" && :'
# What PS1 gets. The variable's value is not expanded again, so no name can run anything.
_venvhook_reference='${_venvhook_prefix-}'

# The shell's state. When this file is read again, the state stays.
if [[ ${_venvhook_shell-} != "$$" ]]; then
    _venvhook_shell=$$ _venvhook_arrive=_venvhook_look _venvhook_off='' _venvhook_plans='' _venvhook_known='' _venvhook_chain=0
    _venvhook_here='' _venvhook_plan=none _venvhook_paused='' # the project entered, its plan, the project left by hand
    _venvhook_folder='' _venvhook_project=''                  # the folder looked at last, and the project found for it
    _venvhook_watch='' _venvhook_gone=''                      # a marker that may appear in it; a project that has vanished
    # The variable that says what environment is active, and its value. Outside they are empty and equal, too.
    _venvhook_sign=_venvhook_home _venvhook_home=''
    _venvhook_bin='' _venvhook_name='' _venvhook_label='' _venvhook_given='' _venvhook_theirs=''
    # By what the project was entered ("cd" or "prompt") or what was left since the last prompt; options to be put back.
    _venvhook_prefix='' _venvhook_behind='' _venvhook_drawn='' _venvhook_by=cd _venvhook_entered='' _venvhook_left='' _venvhook_owed=''
    _venvhook_pending=${VENVHOOK_PROJECT:+inherited}
    # Values to be restored count only together with the project that they belong to.
    [[ $_venvhook_pending ]] || builtin unset -v "${!_VENVHOOK_@}" 2>/dev/null
fi
_venvhook_again=1 # at the next prompt more is looked at: it is the first one, or a startup file has been read again

# One line for the person; subshells are silent, and so is entering a project once more.
_venvhook_say() { ((BASH_SUBSHELL)) || [[ ${_venvhook_silent-} ]] || builtin printf 'venvhook: %s\n' "$1" >&2; }

# Run with the user's aliases out of force and without a word: texts that are parsed now, readonly variables.
_venvhook_quietly() {
    if builtin shopt -q expand_aliases; then
        builtin shopt -u expand_aliases
        "$@" 2>/dev/null || :
        builtin shopt -s expand_aliases
    else
        "$@" 2>/dev/null || :
    fi
}
# Run without the options that would export what is ours (-a), take arguments for assignments (-k), or run the user's traps and
# trace in our functions (-e -E -T -x). From 4.4 on bash puts options of a function back itself, also after Ctrl-C.
if [[ $_venvhook_modern ]]; then
    _venvhook_plainly() {
        { builtin local - && builtin set +aekETx; } 2>/dev/null
        _venvhook_exactly '' "$@"
    }
else
    _venvhook_plainly() {
        builtin set -- "${-//[!aekETx]/}" "$@"
        builtin set +aekETx
        _venvhook_options=${1:+builtin set -$1;}
        builtin shift
        _venvhook_exactly "$_venvhook_options" "$@"
    }
fi
# Run so that two texts are equal when they are, and then run a text that puts options back. After Ctrl-C the next prompt runs it.
# shellcheck disable=SC2050 # whether case matters depends on nocasematch
_venvhook_exactly() {
    if [[ ${_venvhook_back+x} ]]; then local _venvhook_back=$1; else local _venvhook_back=$_venvhook_owed$1; fi
    builtin shift
    if [[ a == A ]]; then
        builtin shopt -u nocasematch
        _venvhook_back+='builtin shopt -s nocasematch;'
    fi
    if [[ $_venvhook_back ]]; then _venvhook_owed=$_venvhook_back; fi
    "$@" || :
    if [[ $_venvhook_back ]]; then
        builtin set -- "$_venvhook_back"
        _venvhook_owed=''
        builtin eval "$1"
    fi
}

# ---- the state machine ----------------------------------------------------------------------------------------------

# The nearest folder upwards that holds a marker, into _venvhook_project. (PWD is a variable: a user may have set or unset it.)
_venvhook_find() {
    _venvhook_project='' _venvhook_watch=''
    if [[ ${PWD-} != "$_venvhook_folder" ]]; then _venvhook_folder=${PWD-} _venvhook_gone=''; fi
    if [[ $_venvhook_folder != /* ]]; then return; fi
    if [[ ${VENVHOOK_CEILING-$_venvhook_ceiling} ]]; then
        _venvhook_find_below ":${VENVHOOK_CEILING-$_venvhook_ceiling}:"
        return
    fi
    _venvhook_project=${PWD%/}
    until [[ ! $_venvhook_project || -e $_venvhook_project/.venvhook.toml || -L $_venvhook_project/.venvhook.toml ]]; do
        _venvhook_project=${_venvhook_project%/*}
    done
    if [[ ! $_venvhook_project && (-e /.venvhook.toml || -L /.venvhook.toml) ]]; then _venvhook_project=/; fi
    if [[ $_venvhook_project != "$PWD" ]]; then _venvhook_watch=${PWD%/}/.venvhook.toml; fi
}
# The same below a ceiling, which is not looked into.
_venvhook_find_below() {
    local _venvhook_top='' _venvhook_rest=${PWD%/} _venvhook_root=/
    if [[ $_venvhook_plans ]] || _venvhook_prepare; then _venvhook_limit "$1"; fi
    if [[ $_venvhook_rest$_venvhook_root ]]; then _venvhook_watch=${PWD%/}/.venvhook.toml; fi
    until [[ ! $_venvhook_rest || -e $_venvhook_top$_venvhook_rest/.venvhook.toml || -L $_venvhook_top$_venvhook_rest/.venvhook.toml ]]; do
        _venvhook_rest=${_venvhook_rest%/*}
    done
    if [[ $_venvhook_rest ]]; then
        _venvhook_project=$_venvhook_top$_venvhook_rest
    elif [[ $_venvhook_root && (-e /.venvhook.toml || -L /.venvhook.toml) ]]; then
        _venvhook_project=/
    fi
    if [[ $_venvhook_project == "$PWD" ]]; then _venvhook_watch=''; fi
}
# bash copies a function's body whenever it is called, which takes longer than to run most of what is in one. So what runs
# often is short, what runs seldom is a function of its own, and _venvhook_prompt repeats the test of _venvhook_step:
# something has changed where the shell is, or by hand, or what the plan rests on. Most often nothing has.
# shellcheck disable=SC2050 # as above
_venvhook_step() {
    if [[ $- == *[aekETx]* || a == A ]]; then
        _venvhook_plainly _venvhook_step
        return
    fi
    _venvhook_find
    if [[ $_venvhook_project != "$_venvhook_here" || $_venvhook_pending$_venvhook_paused ||
        $_venvhook_here && $_venvhook_off${VENVHOOK_DISABLE:+x}${_OLD_VIRTUAL_PATH+x}${!_venvhook_sign-} != "$_venvhook_home" ]] ||
        { [[ $_venvhook_here ]] && "_venvhook_stale_$_venvhook_plan"; }; then
        if [[ $_venvhook_plans ]] || _venvhook_prepare; then _venvhook_switch; fi
    fi
}
# What matters only where there is a project, or a ceiling, comes with the plans.
_venvhook_prepare() {
    local _venvhook_place=${_venvhook_launcher%/*}/plan-2.bash
    _venvhook_quietly builtin . "$_venvhook_place"
    if [[ ! $_venvhook_plans$_venvhook_off ]]; then
        _venvhook_off=1
        _venvhook_say "$_venvhook_place is gone, so venvhook is off in this shell; install venvhook again"
    fi
    [[ $_venvhook_plans ]]
}

# ---- triggers and commands ------------------------------------------------------------------------------------------

# Until the first prompt, rc files may be running: not a word then, and no process.
_venvhook_look() {
    local _venvhook_each
    for _venvhook_each in ${FUNCNAME[@]+"${FUNCNAME[@]}"}; do
        if [[ $_venvhook_each == source ]]; then return; fi
    done
    _venvhook_step || :
}
# In an unchanged folder, a marker in it is all that could have come nearer than the known one. The status of the last command
# is the argument, so that nothing has to be assigned before it is known whether set -a is on.
# shellcheck disable=SC2050,SC2055 # as above; and it is not always true
_venvhook_prompt() {
    if [[ $- == *[aekETx]* || a == A ]]; then
        _venvhook_plainly _venvhook_prompt "$@"
    else
        if [[ ${PWD-} != "$_venvhook_folder" || $_venvhook_project != "$_venvhook_here" || $_venvhook_pending$_venvhook_paused$_venvhook_again ||
            $_venvhook_watch && (-e $_venvhook_watch || -L $_venvhook_watch) || $_venvhook_gone && -e $_venvhook_gone/.venvhook.toml ||
            $_venvhook_here && $_venvhook_off${VENVHOOK_DISABLE:+x}${_OLD_VIRTUAL_PATH+x}${!_venvhook_sign-} != "$_venvhook_home" ]] ||
            { [[ $_venvhook_here ]] && "_venvhook_stale_$_venvhook_plan"; }; then
            _venvhook_at_prompt
        fi
        if [[ $_venvhook_entered$_venvhook_left$_venvhook_label//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-} != "$_venvhook_drawn" ]]; then
            _venvhook_draw
        fi
    fi
    return "${1-0}"
}
_venvhook_at_prompt() {
    _venvhook_arrive=_venvhook_step _venvhook_by=prompt
    if [[ $_venvhook_owed && ! ${_venvhook_back+x} ]]; then _venvhook_exactly '' :; fi # Ctrl-C has left options changed
    _venvhook_step || :
    if [[ $_venvhook_again && $_venvhook_bin ]]; then _venvhook_put_first; fi
    _venvhook_by=cd _venvhook_again=''
}
# The name is drawn by a reference in PS1. An exported PS1 has it only inside a project, for children get it too.
_venvhook_draw() {
    if [[ $_venvhook_entered$_venvhook_left ]]; then _venvhook_settle; fi
    _venvhook_prefix=''
    if [[ $_venvhook_label ]]; then
        if [[ $_venvhook_entered != cd ]]; then _venvhook_keep_last; fi # entering by cd has done it
        if [[ ! ${VIRTUAL_ENV_DISABLE_PROMPT-} ]]; then _venvhook_prefix=$_venvhook_label; fi
    fi
    if [[ ! $_venvhook_label && $_venvhook_modern && ${PS1+${PS1@a}} == *x* ]]; then
        _venvhook_unrefer
    elif [[ $_venvhook_entered == prompt ]] || ! _venvhook_shown "${PROMPT_COMMAND[*]-} ${precmd_functions[*]-} ${__vsc_original_prompt_command[*]-}"; then
        _venvhook_refer
    fi
    _venvhook_drawn=$_venvhook_label//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-}
    if [[ $_venvhook_entered$_venvhook_left ]]; then _venvhook_entered='' _venvhook_left='' _venvhook_drawn=again; fi
}
# Some prompt engines show the environment, the known ones and whatever has the name in brackets in PS1. (A name without
# brackets may be the folder's, or a branch's.) One that has drawn this prompt before the project was entered does not yet.
_venvhook_shown() {
    case $1 in
        *starship* | *_omp_* | *_lp_* | *powerline* | *_update_ps1*) _venvhook_prefix='' ;;
        *) [[ $_venvhook_name && ${PS1-} == *[\(\[\<\{]"$_venvhook_name"[]\)\>\}]* ]] ;;
    esac
}
# The reference comes back before the text that it stood before, for activate scripts export PS1 and put a name in front.
_venvhook_refer() {
    if [[ ${PS1-} == *"$_venvhook_reference"* ]] || ! builtin shopt -q promptvars; then return; fi
    if [[ ! $_venvhook_behind || ${PS1-} != *"$_venvhook_behind" ]]; then _venvhook_behind=${PS1-}; fi
    builtin printf -v PS1 %s "${PS1%"$_venvhook_behind"}$_venvhook_reference$_venvhook_behind" 2>/dev/null || : # it may be readonly
}
_venvhook_unrefer() {
    if [[ ${PS1-} == *"$_venvhook_reference"* ]]; then
        _venvhook_behind=${PS1#*"$_venvhook_reference"}
        builtin printf -v PS1 %s "${PS1%%"$_venvhook_reference"*}$_venvhook_behind" 2>/dev/null || :
    elif [[ ! $_venvhook_behind ]]; then
        _venvhook_behind=${PS1-}
    fi
}
# cd, pushd and popd: what was there before (a function of another tool, or the builtin), then a look. The last command
# leaves $_ as the command alone would have. A child that gets the wrapper (export -f) runs the builtin. A function that the
# user exports is what children are to have, and stays as it is: the prompt notices where it went.
_venvhook_wrap() {
    local _venvhook_text='' _venvhook_before="builtin $1"
    if builtin declare -F "$1" >/dev/null; then _venvhook_function "$1"; fi
    case $_venvhook_text in
        *_venvhook_arrive* | *'builtin export -f'*) return ;;
        ?*)
            _venvhook_before=_venvhook_${1}_$_venvhook_chain
            builtin eval "$_venvhook_before${_venvhook_text#"$1"}"
            ;;
    esac
    builtin eval "$1() {
        if [[ \${_venvhook_arrive-} ]]; then
            $_venvhook_before \"\$@\" || return
            \"\$_venvhook_arrive\" || :
            : \"\${!#}\"
        else
            builtin $1 \"\$@\"
        fi
    }" 2>/dev/null || : # a readonly function stays
}
# A function as text into _venvhook_text, with a line that exports it if it is exported.
_venvhook_function() {
    _venvhook_text=$(
        \builtin echo :
        \builtin declare -Fx
        \builtin echo
        \builtin declare -f "$1"
    )
    case ${_venvhook_text%%$'\n\n'*}$'\n' in
        *$'\ndeclare -fx '"$1"$'\n'*) _venvhook_text+=$'\nbuiltin export -f '$1 ;;
    esac
    _venvhook_text=${_venvhook_text#*$'\n\n'}
}
# The entry may be in PROMPT_COMMAND, or be called by an editor that has taken PROMPT_COMMAND for itself.
# shellcheck disable=SC2154
_venvhook_arm() {
    local _venvhook_each _venvhook_armed=''
    for _venvhook_each in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"} ${__vsc_original_prompt_command[@]+"${__vsc_original_prompt_command[@]}"}; do
        if [[ $_venvhook_each == *"$_venvhook_entry"* ]]; then _venvhook_armed=1; fi
    done
    if [[ ! $_venvhook_armed && ${PROMPT_COMMAND[1]+x} ]]; then
        builtin eval 'PROMPT_COMMAND+=("$_venvhook_entry")'
    elif [[ ! $_venvhook_armed ]]; then
        builtin printf -v PROMPT_COMMAND '%s%s' "${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}" "$_venvhook_entry"
    fi 2>/dev/null
    [[ ${VENVHOOK_WRAP_CD-$_venvhook_wrap_cd} != 0 ]] || return 0
    _venvhook_chain=$((_venvhook_chain + 1))
    _venvhook_wrap cd
    _venvhook_wrap pushd
    _venvhook_wrap popd
}
# The command, run by the helper's interpreter; on and off are this shell's own.
venvhook() {
    if [[ $#${1-} == 1on || $#${1-} == 1off ]]; then
        _venvhook_plainly "_venvhook_switch_$1"
        builtin set -- 0
    elif "$_venvhook_python" -I -X utf8 "$_venvhook_launcher" cli "$@"; then
        builtin set -- 0
    else
        builtin set -- "$?"
    fi
    _venvhook_plainly _venvhook_reconsider
    return "$1"
}
_venvhook_switch_off() { _venvhook_off=1; }
# What is only a notice is said again, and the environment is first on PATH again.
_venvhook_switch_on() {
    _venvhook_off='' _venvhook_paused='' _venvhook_known=''
    if [[ ! $_venvhook_home ]]; then _venvhook_here='' _venvhook_plan=none; fi
    if [[ $_venvhook_bin ]]; then _venvhook_put_first; fi
}
# The helper gave no plan: try again.
_venvhook_reconsider() {
    if [[ $_venvhook_plan == none ]]; then _venvhook_here=''; fi
    "$_venvhook_arrive" || :
}
# Completion: read at the first TAB.
_venvhook_complete() { _venvhook_plainly _venvhook_complete_plainly "$@"; }
_venvhook_complete_plainly() {
    if ! builtin declare -F _venvhook_tab >/dev/null; then _venvhook_quietly builtin . "${_venvhook_launcher%/*}/complete.bash"; fi
    if builtin declare -F _venvhook_tab >/dev/null; then _venvhook_tab "$@"; fi
}

_venvhook_arm
builtin complete -o dirnames -F _venvhook_complete venvhook
if [[ $_venvhook_aliases ]]; then builtin shopt -s expand_aliases; fi
if [[ $_venvhook_flags ]]; then builtin set "-$_venvhook_flags"; fi

# venvhook's hook for bash 3.2 and newer. It notices where the shell is, and reads plans: shell text from the helper that
# says what entering a project does, what leaving it does, and when that no longer holds. It decides nothing else.
# Everything private is named _venvhook_*, nothing is exported, and nothing is called that a user may have aliased.
# shellcheck disable=SC2016 # what PS1 expands
case $- in *i*) ;; *) return 0 ;; esac
# What a shell that we were started by has exported is not ours.
\builtin declare -F _venvhook_look >/dev/null || \builtin unset -v "${!_venvhook_@}"
\builtin shopt -q expand_aliases && _venvhook_aliases=1 || _venvhook_aliases=
\builtin shopt -u expand_aliases # aliases of the user's would be woven into the functions below

# Literals that installing fills in.
_venvhook_python='@VENVHOOK_PYTHON@' _venvhook_launcher='@VENVHOOK_LAUNCHER@' _venvhook_cache='@VENVHOOK_CACHE@'
_venvhook_ceiling='@VENVHOOK_CEILING@' _venvhook_wrap_cd='@VENVHOOK_WRAP_CD@'

# The shell's state. Sourced again, it stays.
if ! builtin declare -F _venvhook_look >/dev/null; then
    _venvhook_arrive=_venvhook_look _venvhook_off='' _venvhook_plans='' _venvhook_known='' _venvhook_chain=0
    _venvhook_here='' _venvhook_plan=none _venvhook_paused='' # the project entered, its plan, the project left by hand
    _venvhook_folder='' _venvhook_project=''                  # the folder looked at last, and the project found for it
    # The variable that says what environment is active, and its value. Outside they are empty and equal, too.
    _venvhook_sign=_venvhook_home _venvhook_home=''
    _venvhook_bin='' _venvhook_name='' _venvhook_label='' _venvhook_given='' _venvhook_theirs=''
    _venvhook_prefix='' _venvhook_drawn='' _venvhook_entered='' _venvhook_left=''
    _venvhook_pending=${VENVHOOK_PROJECT:+inherited}
    # Only from 4.4 on can a variable be asked whether it is exported; before, it is taken to be.
    if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then _venvhook_modern=1; else _venvhook_modern=''; fi
fi

# One line for the person; subshells are silent.
_venvhook_say() { ((BASH_SUBSHELL)) || builtin printf 'venvhook: %s\n' "$1" >&2; }

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
# Run so that two texts are equal when they are.
# shellcheck disable=SC2050 # whether case matters depends on nocasematch
_venvhook_exactly() {
    if [[ a == A ]]; then
        builtin shopt -u nocasematch
        "$@" || :
        builtin shopt -s nocasematch
    else
        "$@" || :
    fi
}

# ---- the state machine ----------------------------------------------------------------------------------------------

# The nearest folder upwards that holds a marker, into _venvhook_project. (PWD is a variable: a user may have set or unset it.)
_venvhook_find() {
    _venvhook_project='' _venvhook_folder=${PWD-}
    if [[ $_venvhook_folder != /* ]]; then return; fi
    local top='' rest=${PWD%/} root=/
    if [[ ${VENVHOOK_CEILING-$_venvhook_ceiling} ]]; then _venvhook_limit ":${VENVHOOK_CEILING-$_venvhook_ceiling}:"; fi
    until [[ ! $rest || -e $top$rest/.venvhook.toml || -L $top$rest/.venvhook.toml ]]; do
        rest=${rest%/*}
    done
    if [[ $rest ]]; then
        _venvhook_project=$top$rest
    elif [[ $root && (-e /.venvhook.toml || -L /.venvhook.toml) ]]; then
        _venvhook_project=/
    fi
}
# The nearest folder upwards that is a ceiling is the top of the search, which does not look into it.
_venvhook_limit() {
    local folder=$rest
    while [[ $1 != *:"${folder:-/}":* && $1 != *:"$folder/":* ]]; do
        if [[ ! $folder ]]; then return; fi
        folder=${folder%/*}
    done
    top=$folder rest=${rest#"$folder"} root=''
}
# bash copies a function's body whenever it is called, which takes longer than to run most of what is in one. So what runs
# often is short, what runs seldom is a function of its own, and _venvhook_prompt repeats the test of _venvhook_step:
# something has changed where the shell is, or by hand, or what the plan rests on. Most often nothing has.
# shellcheck disable=SC2050 # as above
_venvhook_step() {
    if [[ a == A ]]; then
        _venvhook_exactly _venvhook_step
        return
    fi
    _venvhook_find
    if [[ $_venvhook_project != "$_venvhook_here" || $_venvhook_pending$_venvhook_paused ||
        $_venvhook_here && $_venvhook_off${VENVHOOK_DISABLE:+x}${_OLD_VIRTUAL_PATH+x}${!_venvhook_sign-} != "$_venvhook_home" ]] ||
        { [[ $_venvhook_here ]] && "_venvhook_stale_$_venvhook_plan"; }; then
        if [[ $_venvhook_plans ]] || _venvhook_prepare; then _venvhook_switch; fi
    fi
}
# All that matters only where there is a project comes with the plans.
_venvhook_prepare() {
    local place=${_venvhook_launcher%/*}/plan-2.bash
    _venvhook_quietly builtin . "$place"
    if [[ ! $_venvhook_plans$_venvhook_off ]]; then
        _venvhook_off=1
        _venvhook_say "$place is gone, so venvhook is off in this shell; install venvhook again"
    fi
    [[ $_venvhook_plans ]]
}

# ---- triggers and commands ------------------------------------------------------------------------------------------

# Until the first prompt, rc files may be running: not a word then, and no process.
_venvhook_look() {
    local IFS=' '
    case " ${FUNCNAME[*]} " in *' source '*) return ;; esac
    _venvhook_step || :
}
# In an unchanged folder, a marker in it is all that could have come nearer than the known one.
# shellcheck disable=SC2050,SC2055 # as above; and it is not always true
_venvhook_prompt() {
    local status=$?
    if [[ a == A || ${PWD-} != "$_venvhook_folder" || ${PWD-} != "$_venvhook_project" && (-e $PWD/.venvhook.toml || -L $PWD/.venvhook.toml) ||
        $_venvhook_project != "$_venvhook_here" || $_venvhook_pending$_venvhook_paused ||
        $_venvhook_here && $_venvhook_off${VENVHOOK_DISABLE:+x}${_OLD_VIRTUAL_PATH+x}${!_venvhook_sign-} != "$_venvhook_home" ]] ||
        { [[ $_venvhook_here ]] && "_venvhook_stale_$_venvhook_plan"; }; then
        _venvhook_step || :
    fi
    _venvhook_arrive=_venvhook_step
    if [[ $_venvhook_entered$_venvhook_left$_venvhook_label//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-} != "$_venvhook_drawn" ]]; then
        _venvhook_draw
    fi
    case $- in *e*) ;; *) return "$status" ;; esac # under set -e the status of the last command would end the shell
}
# The name is drawn by a reference in PS1, put there once. Prompt engines show it themselves, the known ones and whatever
# rewrites PS1 at each prompt with the name in it: it is left to them.
_venvhook_draw() {
    if [[ $_venvhook_entered$_venvhook_left ]]; then _venvhook_settle 2>/dev/null || :; fi
    _venvhook_prefix=''
    if [[ ! ${VIRTUAL_ENV_DISABLE_PROMPT-} ]]; then _venvhook_prefix=$_venvhook_label; fi
    case "$_venvhook_entered ${PROMPT_COMMAND[*]-} ${precmd_functions[*]-}" in
        # One that has drawn this prompt already, before it was entered, does not show it yet.
        ' '*starship* | ' '*_omp_* | ' '*_lp_* | ' '*powerline*) _venvhook_prefix='' ;;
        *) if [[ ${PS1-} != *'${_venvhook_prefix-}'* ]]; then _venvhook_refer; fi ;;
    esac
    _venvhook_drawn=$_venvhook_label//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-}
    if [[ $_venvhook_entered$_venvhook_left ]]; then _venvhook_entered='' _venvhook_left='' _venvhook_drawn=again; fi
}
_venvhook_refer() {
    if builtin shopt -q promptvars && [[ ! $_venvhook_drawn || ! $_venvhook_name || ${PS1-} != *"$_venvhook_name"* ]]; then
        builtin printf -v PS1 %s '${_venvhook_prefix-}'"${PS1-}" 2>/dev/null || : # it may be readonly
    fi
}
# cd, pushd and popd: what was there before (a function of another tool, or the builtin), then a look. The last command
# leaves $_ as the command alone would have.
_venvhook_wrap() {
    local text='' before="builtin $1"
    if builtin declare -F "$1" >/dev/null; then text=$(builtin declare -f "$1"); fi
    case $text in
        *_venvhook_arrive*) return ;;
        ?*)
            before=_venvhook_${1}_$_venvhook_chain
            builtin eval "$before${text#"$1"}"
            ;;
    esac
    builtin eval "$1() { $before \"\$@\" || return; \"\$_venvhook_arrive\" || :; : \"\${!#}\"; }"
}
_venvhook_arm() {
    local entry armed=''
    for entry in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
        case $'\n'$entry$'\n' in *[$' ;\t\n']_venvhook_prompt[$' ;\t\n']*) armed=1 ;; esac
    done
    if [[ ! $armed && ${PROMPT_COMMAND[1]+x} ]]; then
        builtin eval 'PROMPT_COMMAND+=(_venvhook_prompt)'
    elif [[ ! $armed ]]; then
        builtin printf -v PROMPT_COMMAND '%s%s' "${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}" _venvhook_prompt
    fi 2>/dev/null
    [[ ${VENVHOOK_WRAP_CD-$_venvhook_wrap_cd} != 0 ]] || return 0
    _venvhook_chain=$((_venvhook_chain + 1))
    _venvhook_wrap cd
    _venvhook_wrap pushd
    _venvhook_wrap popd
}
# The command, run by the helper's interpreter; on and off are this shell's own.
venvhook() {
    local status=0
    case $#${1-} in
        1on) _venvhook_off='' _venvhook_paused='' _venvhook_known='' ;;
        1off) _venvhook_off=1 ;;
        *) "$_venvhook_python" -I -X utf8 "$_venvhook_launcher" cli "$@" || status=$? ;;
    esac
    # The helper gave no plan: try again. What is only a notice is said again by on.
    if [[ $_venvhook_plan == none || $#${1-} == 1on && ! $_venvhook_home ]]; then _venvhook_here='' _venvhook_plan=none; fi
    "$_venvhook_arrive" || :
    return "$status"
}
# Completion: read at the first TAB.
_venvhook_complete() {
    _venvhook_quietly builtin . "${_venvhook_launcher%/*}/complete.bash"
    if builtin declare -F _venvhook_tab >/dev/null; then _venvhook_tab "$@"; fi
}

_venvhook_arm
builtin complete -o dirnames -F _venvhook_complete venvhook
if [[ $_venvhook_aliases ]]; then builtin shopt -s expand_aliases; fi

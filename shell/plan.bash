# What venvhook's plans for bash are made of. The hook reads this file before it reads its first plan: what matters only
# inside a project costs nothing elsewhere. The number in the name it is installed under is the interface between hook,
# plans and this file.
# shellcheck disable=SC2119,SC2120,SC2154,SC2317,SC2034

# ---- plans: kept, or asked for --------------------------------------------------------------------------------------

# The helper's answer into _venvhook_text. (A substitution is parsed when it runs: the backslashes keep aliases out.)
_venvhook_ask() {
    if [[ ! -x $_venvhook_python || ! -r $_venvhook_launcher ]]; then
        _venvhook_say "its Python or its launcher is gone ($_venvhook_python, $_venvhook_launcher); install venvhook again"
    elif ! _venvhook_text=$(\builtin exec "$_venvhook_python" -I -S -X utf8 "$_venvhook_launcher" hook 2 "$@" </dev/null); then
        _venvhook_say "the helper failed; to try again: venvhook on"
    else
        return 0
    fi
    return 1
}
# The plan for a project, its id into _venvhook_new: one that this shell has read already (_venvhook_known is a list of
# //PROJECT//ID//), else the kept one, else the helper's answer. Fails where only the helper could tell and must not be
# started.
_venvhook_load() {
    _venvhook_new=${_venvhook_known#*"//$1//"}
    _venvhook_new=${_venvhook_new%%//*}
    if [[ $_venvhook_new ]] && ! "_venvhook_stale_$_venvhook_new" && ! "_venvhook_differs_$_venvhook_new"; then return; fi
    _venvhook_read "$1" || _venvhook_fetch "$1" || return
    if [[ $_venvhook_new != none && $_venvhook_known != *"//$1//$_venvhook_new"* ]]; then
        _venvhook_known=//$1//$_venvhook_new$_venvhook_known
    fi
}
_venvhook_read() {
    local _venvhook_kept=$_venvhook_cache/plans${1%/}/.venvhook-2.bash
    _venvhook_new='' _venvhook_new_project=''
    # A PWD that was handed on may hold "..", and so lead out of the cache.
    [[ $1/ != */../* && -f $_venvhook_kept && -O $_venvhook_kept && ! -L $_venvhook_kept ]] || return 1
    # Only whole: a crash may have cut it, or left NULs in it. (After a text with a syntax error bash drops the next one.)
    _venvhook_slurp "$_venvhook_kept" 262144 2>/dev/null && [[ ${_venvhook_text: -32:15} == $'\n_venvhook_new=' ]] || return 1
    _venvhook_quietly builtin eval "$_venvhook_text"
    [[ $_venvhook_new && $_venvhook_new_project == "$1" ]] && ! "_venvhook_stale_$_venvhook_new" && ! "_venvhook_differs_$_venvhook_new"
}
_venvhook_fetch() {
    ((!BASH_SUBSHELL)) || return 1
    _venvhook_note "$1"
    _venvhook_new='' _venvhook_pending=$1
    if _venvhook_ask plan bash "$1"; then
        _venvhook_quietly builtin eval "$_venvhook_text"
        [[ $_venvhook_new ]] || _venvhook_say "the helper gave no plan; to try again: venvhook on"
    fi
    _venvhook_pending='' _venvhook_new=${_venvhook_new:-none}
}

# ---- from project to project -----------------------------------------------------------------------------------------

# From what is entered to a project, or to none: another one goes first, so that the next plan is read without it. Two
# folders are the same also when only a link differs (-ef).
_venvhook_switch() {
    if [[ $_venvhook_pending ]]; then _venvhook_recover || return 0; fi
    if [[ $_venvhook_off${VENVHOOK_DISABLE-} ]]; then _venvhook_project='' _venvhook_folder=''; fi # to be looked for again
    if [[ ${_OLD_VIRTUAL_PATH+x}${!_venvhook_sign-} != "$_venvhook_home" && $_venvhook_home ]]; then _venvhook_by_hand; fi
    if [[ $_venvhook_paused && ! $_venvhook_project -ef $_venvhook_paused ]]; then _venvhook_paused=''; fi
    if [[ $_venvhook_here && ! $_venvhook_project -ef $_venvhook_here ]]; then
        # A marker that went while the shell stays below its folder may come back.
        if [[ ! $_venvhook_off${VENVHOOK_DISABLE-} && ${PWD-} == "${_venvhook_here%/}"/* ]]; then _venvhook_gone=$_venvhook_here; fi
        _venvhook_leave
    fi
    if [[ ! $_venvhook_project || $_venvhook_paused ]]; then return 0; fi # paused is this project: any other is forgotten
    if [[ $_venvhook_here ]]; then
        _venvhook_renew
    elif _venvhook_load "$_venvhook_project"; then
        _venvhook_enter
    fi
}
# The project that is entered goes on; its plan may hold no longer.
_venvhook_renew() {
    "_venvhook_stale_$_venvhook_plan" && _venvhook_load "$_venvhook_project" || return 0
    if [[ $_venvhook_new != "$_venvhook_plan" ]]; then
        _venvhook_leave
        _venvhook_enter
    fi
}
# A function of the user's is replaced by our deactivate, and is restored. (declare -f with an option says whether there is one
# without a word, a file or a process.)
_venvhook_enter() {
    _venvhook_here=$_venvhook_project _venvhook_plan=$_venvhook_new _venvhook_entered=$_venvhook_by
    if ! "_venvhook_enter_$_venvhook_plan"; then
        _venvhook_plan=none
        _venvhook_note "$_venvhook_here"
    elif [[ $_venvhook_home ]]; then
        if builtin declare -f +i deactivate; then _venvhook_aside; else _venvhook_theirs=:; fi
        if [[ $_venvhook_theirs ]]; then deactivate() { _venvhook_plainly _venvhook_deactivate "$@"; }; fi
        if [[ $_venvhook_label && (${PROMPT_COMMAND[1]+x} || ${PROMPT_COMMAND-} != "$_venvhook_entry") ]]; then _venvhook_keep_last; fi
    fi
}
_venvhook_leave() {
    # What was on PATH before stays there.
    if [[ ! $_venvhook_left && ${_VENVHOOK_OLD_PATH-} != *[=:]"$_venvhook_bin":* ]]; then _venvhook_left=$_venvhook_bin; fi
    "_venvhook_leave_$_venvhook_plan" 2>/dev/null || :
    _venvhook_here='' _venvhook_plan=none
    if [[ $_venvhook_modern && ${PS1+${PS1@a}} == *x* ]]; then _venvhook_unrefer; fi # before the next child
}
# A startup file has set PATH, or the user asks for it: the environment's folder is first again, the marker's own behind it.
_venvhook_put_first() {
    if [[ ${PATH-}: == "$_venvhook_bin":* ]]; then return; fi
    local _venvhook_silent=1
    _venvhook_new=$_venvhook_plan
    _venvhook_leave
    _venvhook_enter
}
# What a shell must put right first: an answer that Ctrl-C cut off (pending is the project that was asked for), or the
# project of the shell that started us (pending is "inherited"). Fails where the helper must not be started: what were
# entered there would be undone as inherited.
_venvhook_recover() {
    if [[ $_venvhook_pending != inherited ]]; then
        if [[ $_venvhook_here ]]; then _venvhook_leave; fi
        _venvhook_here=$_venvhook_pending _venvhook_pending=''
    elif ((!BASH_SUBSHELL)); then
        _venvhook_pending=''
        if _venvhook_ask undo bash; then _venvhook_quietly builtin eval "$_venvhook_text"; fi
        builtin unset -v "${!_VENVHOOK_@}" 2>/dev/null # what undoing had no use for is nobody's
    else
        return 1
    fi
}

# ---- what plans call -------------------------------------------------------------------------------------------------

# A file's text into _venvhook_text, if it has less than that many characters and no NUL.
_venvhook_slurp() {
    _venvhook_text=''
    if [[ $_venvhook_modern && ${IFS+${IFS@a}} == *[!x]* ]] || { [[ ! $_venvhook_modern ]] && ! _venvhook_writable IFS; }; then
        _venvhook_slurp_exactly "$@"
    else
        ! IFS='' builtin read -r -d '' -n "$2" _venvhook_text <"$1"
    fi
}
# IFS may be readonly: then the first read, which trims blanks, only tells whether there is a NUL.
_venvhook_slurp_exactly() {
    if ! builtin read -r -d '' -n "$2" _venvhook_text <"$1"; then
        # At the end of the file read fails with 1. bash before 4.1 knows no -N, and fails with 2.
        builtin read -r -N "$2" _venvhook_text <"$1"
        (($? != 1)) || return 0
    fi 2>/dev/null
    return 1
}
# The text of a file into _venvhook_text. Fails where it is not a plain file of at most 4 KiB without a NUL.
_venvhook_file() {
    _venvhook_text=''
    [[ -f $1 && -r $1 ]] && _venvhook_slurp "$1" 4097 2>/dev/null || return 1
    ((${#_venvhook_text} <= 1024)) || _venvhook_fits
}
# (printf counts bytes, the length of a variable may be in characters.)
_venvhook_fits() {
    local _venvhook_bytes _venvhook_copy
    builtin printf -v _venvhook_copy '%s%n' "$_venvhook_text" _venvhook_bytes
    ((_venvhook_bytes <= 4096))
}

# Before a plan sets anything: may its variables be set (their names are the third argument, those of its lists the fourth), and
# is the environment active already by other means? Variables that are set give way, and are put back later.
_venvhook_give_way() {
    _venvhook_refuse "$3 $4" || return 1
    _venvhook_given=1
    if [[ ${!1-} && ${!1} -ef $2 ]]; then _venvhook_unscript "$1" all; fi
    local _venvhook_names="$3 " _venvhook_name
    while [[ $_venvhook_names ]]; do
        _venvhook_name=${_venvhook_names%% *} _venvhook_names=${_venvhook_names#* }
        if [[ $_venvhook_name && ${!_venvhook_name+x} ]]; then
            _venvhook_save "$_venvhook_name"
            builtin unset -v "$_venvhook_name"
        fi
    done
}
# Says which of these variables cannot be set, and fails, if there is one.
_venvhook_refuse() {
    local _venvhook_names="$1 " _venvhook_name
    while [[ $_venvhook_names ]]; do
        _venvhook_name=${_venvhook_names%% *} _venvhook_names=${_venvhook_names#* }
        if [[ ! $_venvhook_name ]]; then continue; fi
        if ! _venvhook_writable "$_venvhook_name" || ! _venvhook_plain "${_venvhook_name}[@]"; then
            _venvhook_say "$_venvhook_name is readonly or no plain variable in this shell, so the project is not entered; to see it: declare -p $_venvhook_name"
            return 1
        fi
    done
}
_venvhook_writable() { builtin local "$1" 2>/dev/null; }
_venvhook_plain() { [[ ! $_venvhook_modern || ${!1+${!1@a}} != *[!x]* ]]; }
# A function of the user's goes first, for its attributes would stay: children must not get ours. A readonly one stays.
_venvhook_aside() {
    _venvhook_function deactivate
    if builtin unset -f deactivate 2>/dev/null; then _venvhook_theirs=$_venvhook_text; fi
}
# The user's own deactivate comes back. One that came with an activate script is not ours to take away.
_venvhook_outside() {
    if [[ $_venvhook_theirs && ! ${_OLD_VIRTUAL_PATH+x} ]]; then
        builtin unset -f deactivate
        if [[ $_venvhook_theirs != : ]]; then _venvhook_quietly builtin eval "$_venvhook_theirs"; fi
    fi
    _venvhook_sign=_venvhook_home _venvhook_home='' _venvhook_bin='' _venvhook_name='' _venvhook_label='' _venvhook_given='' _venvhook_theirs=''
}
_venvhook_exported() { [[ ! $_venvhook_modern || ${!1@a} == *x* ]]; }
# What PS1 is set from is run at each prompt, so it must be a variable of this very shell.
_venvhook_private() { [[ ${!1+x} && (! $_venvhook_modern || ${!1@a} != *x*) ]]; }
# A variable's value, behind "=", into _VENVHOOK_OLD_NAME, which is exported when NAME was; and back.
_venvhook_save() {
    builtin printf -v "_VENVHOOK_OLD_$1" %s "=${!1}"
    if _venvhook_exported "$1"; then builtin export "_VENVHOOK_OLD_$1"; fi
}
_venvhook_restore() {
    builtin set -- "$1" "_VENVHOOK_OLD_$1"
    builtin printf -v "$1" %s "${!2#=}"
    # shellcheck disable=SC2163
    if _venvhook_exported "$2"; then builtin export "$1"; fi
}

# Variables come back where they are what the plan made of them: "=" and its value, or nothing.
_venvhook_put_back() {
    local _venvhook_old
    while (($#)); do
        _venvhook_old=_VENVHOOK_OLD_$1
        if [[ ${!1+=}${!1-} == "$2" ]]; then
            builtin unset -v "$1"
            if [[ ${!_venvhook_old+x} ]]; then _venvhook_restore "$1"; fi
        fi
        builtin shift 2
    done
}

# Folders in front of a list such as PATH; those that it held already are noted in _VENVHOOK_OLD_NAME.
_venvhook_prepend() {
    local _venvhook_list=$1 _venvhook_had='=' _venvhook_new='' _venvhook_entry
    _venvhook_given=1
    builtin shift
    for _venvhook_entry; do
        if [[ :${!_venvhook_list-}: == *:"$_venvhook_entry":* ]]; then _venvhook_had+=$_venvhook_entry:; fi
        _venvhook_new+=:$_venvhook_entry
    done
    if [[ ${!_venvhook_list+x} ]]; then
        builtin printf -v "_VENVHOOK_OLD_$_venvhook_list" %s "$_venvhook_had"
        if _venvhook_exported "$_venvhook_list"; then builtin export "_VENVHOOK_OLD_$_venvhook_list"; fi
    fi
    _venvhook_new+=${!_venvhook_list:+:${!_venvhook_list}}
    builtin export "$_venvhook_list=${_venvhook_new#:}"
}
# And out again, wherever they stand now. Of one that was there before only the first is ours; a script that saves PATH in
# _OLD_VIRTUAL_PATH takes that along.
_venvhook_remove() {
    local _venvhook_list=$1 _venvhook_had=_VENVHOOK_OLD_${1#_OLD_VIRTUAL_} _venvhook_rest=:${!1-}: _venvhook_held _venvhook_entry
    [[ ${!1+x} ]] || return 0
    _venvhook_held=${!_venvhook_had-=}
    _venvhook_held=:${_venvhook_held#=}
    builtin shift
    for _venvhook_entry; do
        while [[ $_venvhook_rest == *:"$_venvhook_entry":* ]]; do
            _venvhook_rest=${_venvhook_rest%%:"$_venvhook_entry":*}:${_venvhook_rest#*:"$_venvhook_entry":}
            if [[ $_venvhook_held == *:"$_venvhook_entry":* ]]; then break; fi
        done
    done
    _venvhook_rest=${_venvhook_rest#:}
    _venvhook_rest=${_venvhook_rest%:}
    if [[ $_venvhook_rest || ${!_venvhook_had+x} ]]; then
        builtin printf -v "$_venvhook_list" %s "$_venvhook_rest"
        # shellcheck disable=SC2163
        if [[ $_venvhook_modern && ${!_venvhook_had+x${!_venvhook_had@a}} == x ]]; then builtin export -n "$_venvhook_list"; fi
    else
        builtin unset -v "$_venvhook_list"
    fi
}

# At the first prompt afterwards: who puts PATH back as he found it (direnv) brings what has been left, and takes what is
# entered.
_venvhook_settle() {
    # What a script has activated since is the user's.
    if [[ $_venvhook_left && $_venvhook_left != "$_venvhook_bin" && ! ${_OLD_VIRTUAL_PATH+x} && :${PATH-}: == *:"$_venvhook_left":* ]]; then
        _venvhook_remove PATH "$_venvhook_left" 2>/dev/null || :
    fi
    if [[ $_venvhook_bin && ${PATH-} != "$_venvhook_bin":* && :${PATH-}: != *:"$_venvhook_bin":* ]]; then
        builtin printf -v PATH %s "$_venvhook_bin:${PATH-}" 2>/dev/null || : # it may be readonly
    fi
}

# ---- the prompt -------------------------------------------------------------------------------------------------------

# What runs behind our entry of PROMPT_COMMAND may make PS1 again: so ours goes to the end, but stays before what prompts and
# commands are marked by, which expects to be the last.
_venvhook_keep_last() {
    if [[ ${PROMPT_COMMAND[1]+x} ]]; then
        _venvhook_last_element
    elif [[ ${PROMPT_COMMAND-} == *"$_venvhook_entry"?* ]]; then
        _venvhook_last_line
    fi
}
_venvhook_marks() { [[ $1 == *__bp_interactive_mode* || $1 == *__vsc_* || $1 == *_ksi_* || $1 == *_ghostty_* || $1 == *__iterm2_* || $1 == *__wezterm_* ]]; }
_venvhook_last_line() {
    local _venvhook_before=${PROMPT_COMMAND%%"$_venvhook_entry"*} _venvhook_rest=${PROMPT_COMMAND#*"$_venvhook_entry"}
    local _venvhook_end=${_venvhook_before%"${_venvhook_before##*[!$' \t']}"} _venvhook_line _venvhook_moved=''
    _venvhook_rest=${_venvhook_rest#"${_venvhook_rest%%[!$' \t']*}"}
    # Only where it is a command of its own, between line ends or semicolons.
    [[ (! $_venvhook_end || $_venvhook_end == *[$'\n;']) && $_venvhook_rest == [$'\n;']* ]] || return 0
    _venvhook_rest=${_venvhook_rest#?}
    while [[ $_venvhook_rest ]]; do
        _venvhook_line=${_venvhook_rest%%[$'\n;']*}
        if _venvhook_marks "$_venvhook_line"; then break; fi
        _venvhook_line+=${_venvhook_rest:${#_venvhook_line}:1}
        _venvhook_moved+=$_venvhook_line _venvhook_rest=${_venvhook_rest#"$_venvhook_line"}
    done
    [[ $_venvhook_moved == *[!$' \t\n;']* ]] || return 0
    builtin printf -v PROMPT_COMMAND '%s%s\n%s%s' "$_venvhook_before" "${_venvhook_moved%[$'\n;']}" "$_venvhook_entry" \
        "${_venvhook_rest:+$'\n'$_venvhook_rest}" 2>/dev/null || :
}
# (Only bash 5.1 and newer have several elements that matter, and can be asked for attributes.)
_venvhook_last_element() {
    local _venvhook_each _venvhook_seen='' _venvhook_moved='' _venvhook_elements
    _venvhook_elements=()
    for _venvhook_each in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
        if [[ $'\n'$_venvhook_each == *$'\n'"$_venvhook_entry" ]]; then
            _venvhook_seen=1 _venvhook_each=${_venvhook_each%"$_venvhook_entry"}
            if [[ $_venvhook_each ]]; then _venvhook_elements+=("${_venvhook_each%$'\n'}"); fi
            continue
        elif [[ $_venvhook_seen == 1 ]] && _venvhook_marks "$_venvhook_each"; then
            _venvhook_elements+=("$_venvhook_entry") _venvhook_seen=2
        elif [[ $_venvhook_seen == 1 ]]; then
            _venvhook_moved=1
        fi
        _venvhook_elements+=("$_venvhook_each")
    done
    if [[ $_venvhook_seen == 1 ]]; then _venvhook_elements+=("$_venvhook_entry"); fi
    [[ $_venvhook_moved && ${PROMPT_COMMAND[1]+x} && $_venvhook_modern && ${PROMPT_COMMAND[*]@a} != *r* ]] || return 0
    PROMPT_COMMAND=(${_venvhook_elements[@]+"${_venvhook_elements[@]}"})
}

# ---- ceilings -----------------------------------------------------------------------------------------------------------

# The nearest folder upwards that is a ceiling is the top of the search, which does not look into it. A link may lead to a
# ceiling, and a ceiling may be given as a link; what no link has to do with is compared as text, without a look at the disk.
_venvhook_limit() {
    local _venvhook_up=$_venvhook_rest _venvhook_found
    if [[ ${_venvhook_asked-} != "$1" ]]; then _venvhook_resolve "$1"; fi
    _venvhook_below "$_venvhook_rest"
    if [[ ! $_venvhook_found ]]; then
        while [[ $_venvhook_up && ! -L $_venvhook_up ]]; do _venvhook_up=${_venvhook_up%/*}; done
        [[ $_venvhook_up ]] || return 0
        _venvhook_below "$(\builtin pwd -P 2>/dev/null)"
        [[ $_venvhook_found ]] || return 0
        _venvhook_up=$_venvhook_rest
        until [[ ! $_venvhook_up || $_venvhook_up -ef $_venvhook_found ]]; do _venvhook_up=${_venvhook_up%/*}; done
        _venvhook_found=$_venvhook_up
    fi
    if [[ $_venvhook_found ]]; then
        _venvhook_found=${_venvhook_found%/}
        _venvhook_top=$_venvhook_found _venvhook_rest=${_venvhook_rest#"$_venvhook_found"} _venvhook_root=''
    fi
}
# The ceiling that a folder is in or is, into _venvhook_found.
_venvhook_below() {
    _venvhook_found=${1%/}
    until [[ $_venvhook_ceilings == *:"${_venvhook_found:-/}":* ]]; do
        if [[ ! $_venvhook_found ]]; then return; fi
        _venvhook_found=${_venvhook_found%/*}
    done
    _venvhook_found=${_venvhook_found:-/}
}
# The ceilings without slashes at their ends, and those in which a link is also as what it leads to.
_venvhook_resolve() {
    local _venvhook_list=${1#:} _venvhook_each _venvhook_up
    _venvhook_asked=$1 _venvhook_ceilings=:
    while [[ $_venvhook_list ]]; do
        _venvhook_each=${_venvhook_list%%:*} _venvhook_list=${_venvhook_list#*:}
        while [[ $_venvhook_each == ?*/ ]]; do _venvhook_each=${_venvhook_each%/}; done
        if [[ $_venvhook_each != /* ]]; then continue; fi
        _venvhook_ceilings+=$_venvhook_each: _venvhook_up=$_venvhook_each
        while [[ $_venvhook_up && ! -L $_venvhook_up ]]; do _venvhook_up=${_venvhook_up%/*}; done
        if [[ $_venvhook_up || $_venvhook_each == */.* ]]; then
            _venvhook_ceilings+=$(\builtin cd -P -- "$_venvhook_each" 2>/dev/null && \builtin pwd -P):
        fi
    done
}

# ---- activated by hand ----------------------------------------------------------------------------------------------

# Undo an environment's own activate, keeping what the user did to PATH since. An editor sets only the variables; and a
# deactivate that no script brought is somebody else's.
_venvhook_unscript() {
    local _venvhook_path=$PATH _venvhook_script=${!1}/bin
    if [[ ${_OLD_VIRTUAL_PATH+x} ]] && builtin declare -F deactivate >/dev/null; then deactivate; fi
    if _venvhook_private _OLD_VIRTUAL_PS1; then PS1=$_OLD_VIRTUAL_PS1; fi # pyenv-virtualenv sets that one alone
    builtin unset -v "$1" VIRTUAL_ENV_PROMPT _OLD_VIRTUAL_PATH _OLD_VIRTUAL_PYTHONHOME _OLD_VIRTUAL_PS1
    _venvhook_path=:$_venvhook_path:
    while [[ $_venvhook_path == *:"$_venvhook_script":* ]]; do
        _venvhook_path=${_venvhook_path%%:"$_venvhook_script":*}:${_venvhook_path#*:"$_venvhook_script":}
        if [[ ! ${2-} ]]; then break; fi # one is ours; before we come all go: VS Code hands it on twice
    done
    _venvhook_path=${_venvhook_path#:}
    PATH=${_venvhook_path%:}
}
# Every activate script saves the PATH that it found, and a plan leaves no such variable set. The project's own script is
# undone and we go on; any other is respected: the project is left, until the user is elsewhere. (conda's saves no PATH.)
_venvhook_by_hand() {
    if [[ ${_OLD_VIRTUAL_PATH+x} && $_venvhook_sign != VIRTUAL_ENV ||
        ${!_venvhook_sign-} != "$_venvhook_home" && ! ${!_venvhook_sign-} -ef $_venvhook_home ]]; then
        _venvhook_yield
    else
        _venvhook_unscript "$_venvhook_sign"
        builtin export "$_venvhook_sign=$_venvhook_home" "VIRTUAL_ENV_PROMPT=$_venvhook_name"
        deactivate() { _venvhook_plainly _venvhook_deactivate "$@"; }
    fi
}
# (The plan takes our folders from the PATH that the script has saved, too.) What was active before us the script would have
# deactivated, had it seen it: its folder goes from PATH, the last one if it is what has been activated again, and its name
# from the prompt. A PYTHONHOME that we bring back waits for the script's deactivate.
_venvhook_yield() {
    local _venvhook_before=${_VENVHOOK_OLD_VIRTUAL_ENV:+${_VENVHOOK_OLD_VIRTUAL_ENV#=}/bin}
    local _venvhook_ps1='' _venvhook_script=${_OLD_VIRTUAL_PATH+x}
    if _venvhook_private _VENVHOOK_OLD__OLD_VIRTUAL_PS1; then _venvhook_ps1=$_VENVHOOK_OLD__OLD_VIRTUAL_PS1; fi
    local _venvhook_front=${PS1-}
    _venvhook_front=${_venvhook_front%"${_OLD_VIRTUAL_PS1-}"}
    _venvhook_paused=$_venvhook_here
    _venvhook_leave
    [[ $_venvhook_script ]] || return 0
    if [[ $_venvhook_before ]]; then
        _venvhook_remove _OLD_VIRTUAL_PATH "$_venvhook_before"
        if [[ $_venvhook_before == "${VIRTUAL_ENV-}/bin" ]]; then builtin export "_VENVHOOK_OLD_PATH==$_venvhook_before:"; fi
        _venvhook_remove PATH "$_venvhook_before"
        builtin unset -v _VENVHOOK_OLD_PATH
    fi
    if [[ $_venvhook_ps1 && ${_OLD_VIRTUAL_PS1+x} ]]; then
        PS1=$_venvhook_front${_venvhook_ps1#=}
        _OLD_VIRTUAL_PS1=${_venvhook_ps1#=}
    fi
    if [[ ${PYTHONHOME-} ]]; then
        _OLD_VIRTUAL_PYTHONHOME=$PYTHONHOME
        builtin unset -v PYTHONHOME
    fi
}
# What `deactivate` calls inside a project.
_venvhook_deactivate() {
    [[ ${1-} != nondestructive && $_venvhook_here ]] || return 0
    _venvhook_paused=$_venvhook_here
    _venvhook_leave
}

# ---- no plan --------------------------------------------------------------------------------------------------------

# The plan of a project whose own could not be had: nothing is entered, nothing tried again before the marker changes. To see
# that, only a marker is read that is a plain file of the user's and no symlink: such a file cannot keep us waiting.
_venvhook_note() {
    _venvhook_noted=''
    if [[ -O $1/.venvhook.toml && ! -L $1/.venvhook.toml ]] && _venvhook_file "$1/.venvhook.toml"; then
        _venvhook_noted="=$_venvhook_text"
    fi
}
_venvhook_stale_none() {
    local _venvhook_before=$_venvhook_noted
    _venvhook_note "$_venvhook_here"
    [[ $_venvhook_before != "$_venvhook_noted" ]]
}
_venvhook_enter_none() { :; }
_venvhook_leave_none() { :; }

_venvhook_plans=1 _venvhook_noted=''

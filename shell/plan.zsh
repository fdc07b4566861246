# What venvhook's plans for zsh are made of. The hook reads this file before it reads its first plan: what matters only
# inside a project costs nothing elsewhere. The number in the name it is installed under is the interface between hook,
# plans and this file.

# ---- plans: kept, or asked for --------------------------------------------------------------------------------------

# The helper's answer into _venvhook_text.
_venvhook_ask() {
    if [[ ! -x $_venvhook_python || ! -r $_venvhook_launcher ]]; then
        _venvhook_say "its Python or its launcher is gone ($_venvhook_python, $_venvhook_launcher); install venvhook again"
    elif ! _venvhook_text=$("$_venvhook_python" -I -S -X utf8 "$_venvhook_launcher" hook 2 "$@" </dev/null); then
        _venvhook_say "the helper failed; to try again: venvhook on"
    else
        return 0
    fi
    return 1
}
# Set _venvhook_new to the id of a project's plan: one that this shell has read already (_venvhook_known has its id), else the
# kept one, else the helper's answer. Fails where only the helper could tell and must not be started.
_venvhook_load() {
    _venvhook_new=${_venvhook_known[$1]-}
    if [[ $_venvhook_new ]] && ! "_venvhook_unfit_$_venvhook_new"; then return; fi
    _venvhook_read "$1" || _venvhook_fetch "$1" || return
    if [[ $_venvhook_new != none ]]; then _venvhook_known[$1]=$_venvhook_new; fi
}
# At most 256 KiB are read, and only from a plain file of the user's. A plan counts only when it is whole: a crash may have cut it,
# or left NULs in it.
_venvhook_read() {
    local _venvhook_kept=$_venvhook_cache/plans${1%/}/.venvhook-2.zsh
    _venvhook_new='' _venvhook_new_project=''
    [[ $1/ != */../* && -f $_venvhook_kept && -r $_venvhook_kept && -O $_venvhook_kept && ! -L $_venvhook_kept ]] || return 1
    _venvhook_text=''
    { builtin read -rk262144 -u0 _venvhook_text <$_venvhook_kept } 2>/dev/null
    [[ ${_venvhook_text[-32,-18]} == $'\n_venvhook_new=' && $_venvhook_text != *$'\0'* ]] || return 1
    _venvhook_quietly builtin eval "$_venvhook_text"
    [[ $_venvhook_new && $_venvhook_new_project == "$1" ]] && ! "_venvhook_unfit_$_venvhook_new"
}
_venvhook_fetch() {
    ((!ZSH_SUBSHELL)) || return 1
    _venvhook_new='' _venvhook_pending=$1
    if _venvhook_ask plan zsh "$1"; then
        _venvhook_quietly builtin eval "$_venvhook_text"
        [[ $_venvhook_new ]] || _venvhook_say "the helper gave no plan; to try again: venvhook on"
    fi
    if [[ ! $_venvhook_new ]]; then
        _venvhook_note "$1"
        _venvhook_new=none
    fi
    _venvhook_pending=''
}

# ---- from project to project -----------------------------------------------------------------------------------------

# From what is entered to a project, or to none: another one goes first, so that the next plan is read without it. Two
# folders are the same also when only a link differs (-ef).
_venvhook_switch() {
    if [[ $_venvhook_pending ]]; then _venvhook_recover || return 0; fi
    if [[ $_venvhook_unsettled ]]; then _venvhook_settle; fi
    if [[ $_venvhook_off${VENVHOOK_DISABLE-} ]]; then _venvhook_project='' _venvhook_folder=''; fi # to be looked for again
    if [[ ${_OLD_VIRTUAL_PATH+x}${(P)_venvhook_sign} != "$_venvhook_home" && $_venvhook_home ]]; then _venvhook_by_hand; fi
    if [[ $_venvhook_paused && ! $_venvhook_project -ef $_venvhook_paused ]]; then _venvhook_paused=''; fi
    if [[ $_venvhook_here && ! $_venvhook_project -ef $_venvhook_here ]]; then _venvhook_leave; fi
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
# A function of the user's gives way to our deactivate, and comes back. (A tool may save ours and load it in a shell without us:
# there it does nothing.)
_venvhook_enter() {
    _venvhook_here=$_venvhook_project _venvhook_plan=$_venvhook_new
    if ! "_venvhook_enter_$_venvhook_plan"; then
        _venvhook_plan=none
        _venvhook_note "$_venvhook_here"
    elif [[ $_venvhook_home ]]; then
        _venvhook_theirs=:
        if builtin typeset -f deactivate >/dev/null; then _venvhook_aside; fi
        deactivate() { [[ ! ${_venvhook_here-} ]] || _venvhook_deactivate "$@"; }
    fi
}
_venvhook_leave() {
    { "_venvhook_leave_$_venvhook_plan" 2>/dev/null } always { TRY_BLOCK_ERROR=0; }
    _venvhook_here='' _venvhook_plan=none
}
# Something may have set PATH again: a startup file that was read once more, with the hook in it, or anything before `venvhook on`.
_venvhook_settle() {
    _venvhook_unsettled=''
    if [[ $_venvhook_home ]]; then _venvhook_quietly "_venvhook_settle_$_venvhook_plan"; fi # (An older plan has none.)
}
# What a shell must put right first: an answer that Ctrl-C cut off (pending is the project that was asked for), or the
# project of the shell that started us (pending is "inherited"). Fails where the helper must not be started: what were
# entered there would be undone as inherited.
_venvhook_recover() {
    if [[ $_venvhook_pending != inherited ]]; then
        if [[ $_venvhook_here ]]; then _venvhook_leave; fi
        _venvhook_here=$_venvhook_pending _venvhook_pending=''
        _venvhook_note "$_venvhook_here"
    elif ((!ZSH_SUBSHELL)); then
        _venvhook_pending=''
        if _venvhook_ask undo zsh; then _venvhook_quietly builtin eval "$_venvhook_text"; fi
    else
        return 1
    fi
}

# ---- what plans call ------------------------------------------------------------------------------------------------

# The text of a file into _venvhook_text. Fails where it is not a plain file of at most 4 KiB without a NUL.
_venvhook_file() {
    _venvhook_text=''
    [[ -f $1 && -r $1 ]] || return 1
    { builtin read -rk4097 -u0 _venvhook_text <$1 } 2>/dev/null # (Its status says whether there are as many.)
    [[ ${#_venvhook_text} -le 4096 && $_venvhook_text != *$'\0'* ]]
}

# Before a plan sets anything: may its variables be set (their names are the third argument, those of its lists the fourth), and
# is the environment active already by other means? Variables that are set give way, and are put back later.
_venvhook_give_way() {
    _venvhook_refuse "$3 $4" || return 1
    _venvhook_given=1
    if [[ ${(P)1} && ${(P)1} -ef $2 ]]; then _venvhook_unscript "$1" all; fi
    local _venvhook_name
    for _venvhook_name in ${=3}; do
        if [[ -v $_venvhook_name ]]; then
            _venvhook_save "$_venvhook_name"
            builtin unset -v "$_venvhook_name"
        fi
    done
}
# Says which of these variables cannot be set, and fails, if there is one.
_venvhook_refuse() {
    local _venvhook_name
    for _venvhook_name in ${=1}; do
        if [[ ${(Pt)_venvhook_name} != (|scalar*) || ${(Pt)_venvhook_name} == *-(readonly|left|right|lower|upper)* ]]; then
            _venvhook_say "$_venvhook_name is readonly or no plain variable in this shell, so the project is not entered; to see it: typeset -p $_venvhook_name"
            return 1
        fi
    done
}
# zsh cannot copy a function before 5.8, and 5.9 crashes when it copies one that was defined under `emulate -c`. So a subshell
# tries it first; where it fails, the function's text is kept.
_venvhook_aside() {
    if [[ $(builtin functions -c deactivate _venvhook_their_deactivate && builtin print can) ]]; then
        builtin functions -c deactivate _venvhook_their_deactivate
        _venvhook_theirs='builtin functions -c _venvhook_their_deactivate deactivate'
    else
        _venvhook_theirs=$(builtin functions deactivate)
    fi 2>/dev/null
}
# A variable's value, behind "=", into _VENVHOOK_OLD_NAME, which is exported when NAME was; and back.
_venvhook_save() {
    builtin typeset -g "_VENVHOOK_OLD_$1==${(P)1}"
    if [[ ${(Pt)1} == *export* ]]; then builtin export "_VENVHOOK_OLD_$1"; fi
}
_venvhook_restore() {
    builtin set -- "$1" "_VENVHOOK_OLD_$1"
    builtin typeset -g "$1=${${(P)2}#=}"
    if [[ ${(Pt)2} == *export* ]]; then builtin export "$1"; fi
}

# Variables come back where they are what the plan made of them: "=" and its value, or nothing. One that has become readonly
# meanwhile stays: to touch it would end all functions at once.
_venvhook_put_back() {
    while (($#)); do
        if [[ "${(P)1+=}${(P)1}" == "$2" && ${(Pt)1} != *readonly* ]]; then
            builtin unset -v "$1"
            if [[ -v _VENVHOOK_OLD_$1 ]]; then _venvhook_restore "$1"; fi
        fi
        builtin shift 2
    done
}

# Folders in front of a list such as PATH; those that it held already are noted in _VENVHOOK_OLD_NAME. Where `typeset -U`
# has zsh drop them, the list as it was is kept beside what has become of it.
_venvhook_prepend() {
    local _venvhook_list=$1 _venvhook_was=${(P)1} _venvhook_had='=' _venvhook_new='' _venvhook_entry
    _venvhook_given=1
    builtin shift
    for _venvhook_entry; do
        if [[ :$_venvhook_was: == *:"$_venvhook_entry":* ]]; then _venvhook_had+=$_venvhook_entry:; fi
        _venvhook_new+=:$_venvhook_entry
    done
    if [[ ${(Pt)_venvhook_list} ]]; then builtin typeset -g "_VENVHOOK_OLD_$_venvhook_list=$_venvhook_had"; fi
    if [[ ${(Pt)_venvhook_list} == *export* ]]; then builtin export "_VENVHOOK_OLD_$_venvhook_list"; fi
    _venvhook_new=${_venvhook_new#:}${_venvhook_was:+:$_venvhook_was}
    builtin export "$_venvhook_list=$_venvhook_new"
    if [[ ${(P)_venvhook_list} != "$_venvhook_new" ]]; then
        builtin typeset -gH "_venvhook_was_$_venvhook_list=$_venvhook_was" "_venvhook_now_$_venvhook_list=${(P)_venvhook_list}"
    fi
}
# In front of PATH again, where they are no longer. Of a folder that PATH held before, one entry is not ours, and stays.
_venvhook_again() {
    local _venvhook_front=${(j.:.)@}: _venvhook_rest=:$PATH: _venvhook_entry
    if [[ $PATH: == "$_venvhook_front"* && $_VENVHOOK_OLD_PATH == '=' || ${(t)PATH} == *readonly* ]]; then return; fi
    for _venvhook_entry; do
        if [[ $_venvhook_rest == *:"$_venvhook_entry":* && ( :${_VENVHOOK_OLD_PATH#=} != *:"$_venvhook_entry":* ||
            ${_venvhook_rest#*:"$_venvhook_entry":} == (|*:)"$_venvhook_entry":* ) ]]; then
            _venvhook_rest=${_venvhook_rest%%:"$_venvhook_entry":*}:${_venvhook_rest#*:"$_venvhook_entry":}
        fi
    done
    _venvhook_rest=${${_venvhook_rest#:}%:}
    PATH=${_venvhook_front%:}${_venvhook_rest:+:$_venvhook_rest}
}
# And out again, wherever they stand now. Of one that was there before only the first is ours; a script that saves PATH in
# _OLD_VIRTUAL_PATH takes that along.
_venvhook_remove() {
    local _venvhook_list=$1 _venvhook_had=_VENVHOOK_OLD_${1#_OLD_VIRTUAL_} _venvhook_was=_venvhook_was_$1 _venvhook_now=_venvhook_now_$1
    local _venvhook_rest=:${(P)1}: _venvhook_entry
    [[ ${(Pt)1} == scalar* && ${(Pt)1} != *readonly* ]] || return 0
    builtin shift
    for _venvhook_entry; do
        while [[ $_venvhook_rest == *:"$_venvhook_entry":* ]]; do
            _venvhook_rest=${_venvhook_rest%%:"$_venvhook_entry":*}:${_venvhook_rest#*:"$_venvhook_entry":}
            if [[ :${${(P)_venvhook_had}#=} == *:"$_venvhook_entry":* ]]; then break; fi
        done
    done
    _venvhook_rest=${_venvhook_rest#:}
    _venvhook_rest=${_venvhook_rest%:}
    if [[ ${(Pt)_venvhook_now} ]]; then
        if [[ ${(P)_venvhook_now} == "${(P)_venvhook_list}" ]]; then _venvhook_rest=${(P)_venvhook_was}; fi
        builtin unset -v "$_venvhook_was" "$_venvhook_now"
    fi
    if [[ $_venvhook_rest || ${(Pt)_venvhook_had} ]]; then
        builtin typeset -g "$_venvhook_list=$_venvhook_rest"
        if [[ ${(Pt)_venvhook_had} == scalar ]]; then builtin typeset -g +x "$_venvhook_list"; fi
    else
        builtin unset -v "$_venvhook_list"
    fi
}

# ---- the prompt -----------------------------------------------------------------------------------------------------

# The name is drawn by a reference in PS1 to an element of psvar, which no option makes zsh expand. It is far from those that people
# use; what others have there stays, and so its length. Outside PS1 is as it was.
# The argument "prompt" says that a prompt is about to be drawn. _venvhook_silent is the last PS1 that turned out not to show
# the name, after that name.
_venvhook_draw() {
    local _venvhook_reference='%(37V.%37v.)' _venvhook_due=''
    if [[ ${${(t)psvar}/-tied} != array-special ]]; then
    elif [[ $_venvhook_label && ! ${VIRTUAL_ENV_DISABLE_PROMPT-} ]]; then
        if [[ ! $_venvhook_psvar ]]; then _venvhook_psvar=${#psvar}; fi
        psvar[37]=$_venvhook_label
    elif [[ $_venvhook_psvar ]]; then
        psvar[37]=''
        if ((_venvhook_psvar < ${psvar[(I)?*]})); then _venvhook_psvar=${psvar[(I)?*]}; fi
        psvar[_venvhook_psvar+1,-1]=()
        _venvhook_psvar=''
    fi
    if [[ ${(t)PS1} == *readonly* ]]; then
    elif [[ ! $_venvhook_label ]]; then
        if [[ ${PS1-} == "$_venvhook_reference"* ]]; then PS1=${PS1#"$_venvhook_reference"}; fi
    elif [[ -o prompt_percent && ! ${VIRTUAL_ENV_DISABLE_PROMPT-} ]] &&
        { [[ $_venvhook_name//${PS1-} == "$_venvhook_silent" ]] || ! _venvhook_shown }; then
        if [[ ${PS1-} != *"$_venvhook_reference"* ]]; then
            _venvhook_silent=$_venvhook_name//${PS1-}
            PS1=$_venvhook_reference${PS1-}
        fi
        if [[ ${precmd_functions[-1]} != _venvhook_prompt ]]; then _venvhook_follow "$@"; fi
    fi
    _venvhook_drawn=$_venvhook_label//${psvar[37]}//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-}$_venvhook_due
    # An activate script puts its name in front of the prompt that it finds. Our reference stays behind that name until the
    # script's deactivate puts the prompt back: then PS1 is another one than was drawn, and the reference is taken away.
    if [[ ! $_venvhook_label && ${PS1-} != *"$_venvhook_reference"* ]]; then _venvhook_drawn=''; fi
}
# Whether the prompt shows the environment's name by itself: by the reference of an engine that does, or because a function
# wrote the name into PS1. By default the name is the name of the folder, and a branch can have it too. So it counts only as a
# word of its own (colours and the like left out), and only where such a function reads the environment's variables.
_venvhook_shown() {
    local _venvhook_plain=${PS1-}
    if [[ $_venvhook_plain == *(starship|p9k|build_left_prompt|spaceship|_omp_|12V|virtualenv|VIRTUAL_ENV)* ||
        $_venvhook_plain == *(powerline|POWERLINE)* ]]; then return 0; fi
    [[ $_venvhook_name && $_venvhook_plain == *"$_venvhook_name"* ]] || return 1
    _venvhook_plain=${(S)_venvhook_plain//\%\{*\%\}}
    _venvhook_plain=${(S)_venvhook_plain//\%[FK]\{*\}}
    _venvhook_plain=${(S)_venvhook_plain//$'\e'\[*m}
    _venvhook_plain=\ ${_venvhook_plain//\%[BbUuSsfk]}' '
    [[ $_venvhook_plain == *[^[:alnum:]_./~-]"$_venvhook_name"[^[:alnum:]_./-]* ]] && _venvhook_reads
}
# Whether one of precmd's functions, or a function that it calls, reads the environment's variables or starts an engine that
# does. (liquidprompt calls its functions by variables, so its prefix counts.) Found out once for a list of functions.
_venvhook_reads() {
    local _venvhook_body _venvhook_word
    local -a _venvhook_names
    local -A _venvhook_seen
    if [[ ${_venvhook_readers%//*} != "$precmd_functions" ]]; then
        _venvhook_readers="$precmd_functions//"
        _venvhook_names=(precmd ${precmd_functions:#_venvhook_*})
        while (($#_venvhook_names)); do
            _venvhook_body=${functions[$_venvhook_names[1]]-}
            builtin shift _venvhook_names
            if [[ $_venvhook_body == *(VIRTUAL_ENV|CONDA_DEFAULT_ENV|CONDA_PROMPT|powerline|starship|oh-my-posh|_lp_)* ]]; then
                _venvhook_readers="$precmd_functions//reads"
                break
            fi
            for _venvhook_word in ${(u)=_venvhook_body//[^a-zA-Z0-9_:.@+-]/ }; do
                if [[ $_venvhook_word != _venvhook_* && ! ${_venvhook_seen[$_venvhook_word]-} && ${functions[$_venvhook_word]-} ]]; then
                    _venvhook_seen[$_venvhook_word]=1
                    _venvhook_names+=($_venvhook_word)
                fi
            done
        done
    fi
    [[ $_venvhook_readers == *//reads ]]
}
# A function behind ours may build PS1 after us. What is scheduled for a second ago runs after all of them, and before the
# prompt is drawn. The next prompt comes here again (_venvhook_due) where this was no prompt, or where such a function has been
# seen: it may go behind us each time. A zsh without the module for schedules shows the name at the second prompt.
_venvhook_follow() {
    if [[ ! ${1-} || $_venvhook_behind ]]; then _venvhook_due=again; fi
    if [[ ${1-} ]] && ! builtin sched +-1 '_venvhook_last && :' 2>/dev/null; then _venvhook_go_last; fi
}
# zsh takes the status of what is scheduled for the user's $?, so it is given back; before && it ends no shell with err_exit.
_venvhook_last() {
    local _venvhook_status=$?
    builtin trap - DEBUG ZERR
    if [[ ${PS1-} != *'%(37V.%37v.)'* ]]; then
        _venvhook_behind=1
        _venvhook_go_last
        _venvhook_draw
    fi
    return "$_venvhook_status"
}
_venvhook_go_last() {
    if [[ ${(t)precmd_functions} != *readonly* ]]; then
        precmd_functions=(${precmd_functions:#_venvhook_prompt} _venvhook_prompt)
    fi
}

# ---- activated by hand ----------------------------------------------------------------------------------------------

# Undo an environment's own activate, keeping what the user did to PATH since. An editor sets only the variables; and a
# deactivate that no script brought is somebody else's.
_venvhook_unscript() {
    local _venvhook_path=$PATH _venvhook_script=${(P)1}/bin
    if [[ ${_OLD_VIRTUAL_PATH+x} ]] && builtin typeset -f deactivate >/dev/null; then deactivate; fi
    # pyenv-virtualenv sets that one alone. A script does not export it, so an exported one is not believed: PS1 is expanded.
    if [[ ${(t)_OLD_VIRTUAL_PS1} == scalar && ${_OLD_VIRTUAL_PS1+x} ]]; then PS1=$_OLD_VIRTUAL_PS1; fi
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
        ${(P)_venvhook_sign} != "$_venvhook_home" && ! ${(P)_venvhook_sign} -ef $_venvhook_home ]]; then
        _venvhook_yield
    else
        _venvhook_unscript "$_venvhook_sign"
        builtin export "$_venvhook_sign=$_venvhook_home" "VIRTUAL_ENV_PROMPT=$_venvhook_name"
        deactivate() { [[ ! ${_venvhook_here-} ]] || _venvhook_deactivate "$@"; }
    fi
}
# (The plan takes our folders from the PATH that the script has saved, too.) What was active before us the script would have
# deactivated, had it seen it: its folder goes from PATH, the last one if it is what has been activated again, and its name
# from the prompt. A PYTHONHOME that we bring back waits for the script's deactivate.
_venvhook_yield() {
    local _venvhook_before=${_VENVHOOK_OLD_VIRTUAL_ENV:+${_VENVHOOK_OLD_VIRTUAL_ENV#=}/bin}
    local _venvhook_ps1='' _venvhook_script=${_OLD_VIRTUAL_PATH+x}
    if [[ ${(t)_VENVHOOK_OLD__OLD_VIRTUAL_PS1} == scalar ]]; then _venvhook_ps1=$_VENVHOOK_OLD__OLD_VIRTUAL_PS1; fi
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
        PS1=${PS1%"$_OLD_VIRTUAL_PS1"}${_venvhook_ps1#=}
        _OLD_VIRTUAL_PS1=${_venvhook_ps1#=}
    fi
    if [[ ${PYTHONHOME-} ]]; then
        _OLD_VIRTUAL_PYTHONHOME=$PYTHONHOME
        builtin unset -v PYTHONHOME
    fi
}
# What `deactivate` calls inside a project.
_venvhook_deactivate() {
    builtin trap - DEBUG ZERR
    [[ ${1-} != nondestructive && $_venvhook_here ]] || return 0
    _venvhook_paused=$_venvhook_here
    _venvhook_leave
}

# ---- no plan --------------------------------------------------------------------------------------------------------

# The plan of a project whose own could not be had: nothing is entered, and nothing is tried again before the marker changes. To
# see that, only a marker is read that is a plain file of the user's and no symlink: such a file cannot keep us waiting. Of any
# other it counts only whether it exists.
_venvhook_note() {
    _venvhook_noted=''
    if [[ -O $1/.venvhook.toml && ! -L $1/.venvhook.toml ]] && _venvhook_file "$1/.venvhook.toml"; then
        _venvhook_noted="=$_venvhook_text"
    elif [[ -e $1/.venvhook.toml || -L $1/.venvhook.toml ]]; then
        _venvhook_noted=other
    fi
}
_venvhook_stale_none() {
    local _venvhook_before=$_venvhook_noted
    _venvhook_note "$_venvhook_here"
    [[ $_venvhook_before != "$_venvhook_noted" ]]
}
_venvhook_enter_none() { :; }
_venvhook_leave_none() { :; }

_venvhook_plans=1
# What zsh says of a PATH that has no attribute of the user's.
_venvhook_usual=scalar${${(M)${(t)PATH}:#*-tied*}:+-tied}-export-special

# What `venvhook doctor` asks of a live bash: sourced there, with the path of the file for the answer. The answer are keys and
# values, a NUL behind each; doctor.py says which.
_venvhook_fact() { builtin printf '%s\0%s\0' "$1" "$2"; }
_venvhook_trigger() { if [[ $2 == *"$3"* ]]; then _venvhook_fact live "$1"; else _venvhook_fact dead "$1"; fi; }
# Who has taken PROMPT_COMMAND may hand it on: is the hook called in the end?
_venvhook_handed_on() {
    local _venvhook_each
    _venvhook_arrive='' _venvhook_again=1
    for _venvhook_each in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do builtin eval "$_venvhook_each"; done >/dev/null
    [[ $_venvhook_arrive ]]
}
# shellcheck disable=SC2016,SC2154 # the text of a wrapper; what the hook assigns
_venvhook_probe() {
    local _venvhook_times=200 _venvhook_name _venvhook_entries='' _venvhook_spent
    _venvhook_fact version "$BASH_VERSION"
    _venvhook_fact python "${_venvhook_python-}"
    _venvhook_fact launcher "${_venvhook_launcher-}"
    for _venvhook_name in VENVHOOK_DISABLE VIRTUAL_ENV_DISABLE_PROMPT VIRTUAL_ENV CONDA_DEFAULT_ENV; do
        _venvhook_fact "$_venvhook_name" "${!_venvhook_name-}"
    done
    for _venvhook_name in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
        _venvhook_fact prompt "$_venvhook_name"
        _venvhook_entries+=$'\n'$_venvhook_name$'\n'
    done
    _venvhook_fact prompt "${PS1-}"
    for _venvhook_name in cd pushd popd; do
        _venvhook_fact cd "$(builtin alias "$_venvhook_name" 2>/dev/null)"
        _venvhook_fact cd "$(builtin declare -f "$_venvhook_name")"
    done
    for _venvhook_name in python python3 pip; do
        _venvhook_spent=$(builtin alias "$_venvhook_name" 2>/dev/null) && _venvhook_fact alias "${_venvhook_spent#alias }"
    done
    while builtin read -r _venvhook_name; do _venvhook_fact function "$_venvhook_name"; done <<<"$(builtin compgen -A function)"
    [[ ${_venvhook_python-} ]] || return 0
    if [[ $_venvhook_entries != *"$_venvhook_entry"* ]] && _venvhook_handed_on; then _venvhook_entries=$_venvhook_entry; fi
    _venvhook_trigger PROMPT_COMMAND "$_venvhook_entries" "$_venvhook_entry"
    if [[ ${VENVHOOK_WRAP_CD-${_venvhook_wrap_cd-}} != 0 ]]; then
        for _venvhook_name in cd pushd popd; do
            _venvhook_trigger "$_venvhook_name" "$(builtin declare -f "$_venvhook_name")" '"$_venvhook_arrive"'
            _venvhook_entries=$(builtin alias "$_venvhook_name" 2>/dev/null)
            if [[ $_venvhook_entries && ! ${_venvhook_entries#*=} =~ [^[:alnum:]_](cd|pushd|popd)[^[:alnum:]_] ]]; then _venvhook_fact past "$_venvhook_name"; fi
        done
    fi
    _venvhook_spent=$({
        TIMEFORMAT=%3R
        time for ((_venvhook_name = 0; _venvhook_name < _venvhook_times; _venvhook_name++)); do _venvhook_prompt; done
    } 2>&1)
    _venvhook_spent=${_venvhook_spent##*$'\n'}
    _venvhook_fact microseconds "$((10#${_venvhook_spent//[!0-9]/} * 1000 / _venvhook_times))"
}
_venvhook_probe >"$1.new" 2>/dev/null
command mv -f "$1.new" "$1"

# What `venvhook doctor` asks of a live bash: sourced there, with the path of the file for the answer. The answer are keys and
# values, a NUL behind each; doctor.py says which.
_venvhook_fact() { builtin printf '%s\0%s\0' "$1" "$2"; }
_venvhook_trigger() { if [[ $2 == *[$' ;\t\n']"$3"[$' ;\t\n']* ]]; then _venvhook_fact live "$1"; else _venvhook_fact dead "$1"; fi; }
# Who has taken PROMPT_COMMAND may hand it on: is the hook called in the end?
_venvhook_handed_on() {
    local each IFS=$' \t\n'
    _venvhook_arrive=''
    for each in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do builtin eval "$each"; done >/dev/null
    [[ $_venvhook_arrive ]]
}
# shellcheck disable=SC2016 # the text of a wrapper
_venvhook_probe() {
    local IFS=$'\n' TIMEFORMAT=%3R times=200 name entries='' spent
    _venvhook_fact version "$BASH_VERSION"
    _venvhook_fact python "${_venvhook_python-}"
    _venvhook_fact launcher "${_venvhook_launcher-}"
    for name in VENVHOOK_DISABLE VIRTUAL_ENV_DISABLE_PROMPT VIRTUAL_ENV CONDA_DEFAULT_ENV; do
        _venvhook_fact "$name" "${!name-}"
    done
    for name in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
        _venvhook_fact prompt "$name"
        entries+=$'\n'$name$'\n'
    done
    _venvhook_fact prompt "${PS1-}"
    for name in cd pushd popd; do
        _venvhook_fact cd "$(builtin alias "$name" 2>/dev/null)"
        _venvhook_fact cd "$(builtin declare -f "$name")"
    done
    for name in $(builtin compgen -A function); do _venvhook_fact function "$name"; done
    [[ ${_venvhook_python-} ]] || return 0
    if [[ $entries != *_venvhook_prompt* ]] && _venvhook_handed_on; then entries=$'\n_venvhook_prompt\n'; fi
    _venvhook_trigger PROMPT_COMMAND "$entries" _venvhook_prompt
    if [[ ${VENVHOOK_WRAP_CD-${_venvhook_wrap_cd-}} != 0 ]]; then
        for name in cd pushd popd; do
            _venvhook_trigger "$name" "$(builtin declare -f "$name")" '"$_venvhook_arrive"'
            entries=$(builtin alias "$name" 2>/dev/null)
            if [[ $entries && ! ${entries#*=} =~ [^[:alnum:]_](cd|pushd|popd)[^[:alnum:]_] ]]; then _venvhook_fact past "$name"; fi
        done
    fi
    spent=$({ time for ((name = 0; name < times; name++)); do _venvhook_prompt; done; } 2>&1)
    spent=${spent##*$'\n'}
    _venvhook_fact microseconds "$((10#${spent//[!0-9]/} * 1000 / times))"
}
_venvhook_probe >"$1.new" 2>/dev/null
command mv -f "$1.new" "$1"

# What `venvhook doctor` asks of a live zsh: sourced there, with the path of the file for the answer. The answer are keys and
# values, a NUL behind each; doctor.py says which.
_venvhook_fact() { builtin printf '%s\0%s\0' "$1" "$2"; }
_venvhook_probe() {
    builtin emulate -L zsh
    builtin zmodload zsh/datetime zsh/parameter
    local name began
    integer times=200 at
    _venvhook_fact version "$ZSH_VERSION"
    _venvhook_fact python "${_venvhook_python-}"
    _venvhook_fact launcher "${_venvhook_launcher-}"
    for name in VENVHOOK_DISABLE VIRTUAL_ENV_DISABLE_PROMPT VIRTUAL_ENV CONDA_DEFAULT_ENV; do
        _venvhook_fact "$name" "${(P)name-}"
    done
    for name in $precmd_functions $preexec_functions "${PS1-}" "${RPS1-}"; do _venvhook_fact prompt "$name"; done
    for name in $chpwd_functions; do _venvhook_fact cd "$name"; done
    for name in cd pushd popd; do
        _venvhook_fact cd "${aliases[$name]-}"
        _venvhook_fact cd "${functions[$name]-}"
    done
    for name in python python3 pip; do
        ((!${+aliases[$name]})) || _venvhook_fact alias "$name=${aliases[$name]}"
    done
    for name in ${(k)functions}; do _venvhook_fact function "$name"; done
    [[ ${_venvhook_python-} ]] || return 0
    _venvhook_fact ${${${precmd_functions[(r)_venvhook_prompt]}:+live}:-dead} precmd_functions
    _venvhook_fact ${${${chpwd_functions[(r)_venvhook_look]}:+live}:-dead} chpwd_functions
    began=$EPOCHREALTIME
    for ((at = 0; at < times; at++)); do _venvhook_prompt; done
    _venvhook_fact microseconds "${$(((EPOCHREALTIME - began) * 1000000 / times))%.*}"
}
_venvhook_probe >"$1.new" 2>/dev/null
command mv -f "$1.new" "$1"

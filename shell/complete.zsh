#compdef venvhook
# Completion of the command venvhook for zsh 5.3 and newer. The hook reads this file at the first TAB; as `_venvhook` in a
# folder of fpath it works too. Only where interpreters are to be named is anything started.
_venvhook_words='@VENVHOOK_TABLE@' # COMMAND|WORD|TAKES|HELP

# What an option of a command takes, or (the option empty) its argument of that number, into takes.
_venvhook_takes() {
    local row fields
    integer nth=$3
    takes=''
    for row in "${(@f)_venvhook_words}"; do
        fields=("${(@s:|:)row}")
        if [[ $fields[1] == "$1" && $fields[2] == "$2" ]] && ((nth-- == 0)); then
            takes=$fields[3]
            return
        fi
    done
}
# The options of a command, or (without one) the commands.
_venvhook_offer_words() {
    local row fields list
    for row in "${(@f)_venvhook_words}"; do
        fields=("${(@s:|:)row}")
        if [[ $fields[1] == "$1" && $fields[2] && ( $PREFIX == -* || $fields[2] != -* ) ]]; then
            list+=("$fields[2]:$fields[4]")
        fi
    done
    _describe -t words word list
}
_venvhook_offer_taken() {
    case $1 in
        '') _message 'no more arguments' ;;
        @folder) _files -/ ;;
        @text) _message text ;;
        @command | @line) _command_names -e ;;
        @python) compadd -V pythons -- ${(f)"$(venvhook pythons --names 2>/dev/null)"} ;;
        *) compadd -- ${=1} ;;
    esac
}
_venvhook_tab() {
    builtin emulate -L zsh # the hook's functions, and so what they define, have options of their own
    setopt local_options ${_comp_options-}
    local command='' takes='' option='' options=1 word
    integer nth=0 at
    for ((at = 2; at < CURRENT; at++)); do
        word=$words[at]
        if [[ $option ]]; then
            option=''
        elif [[ $options && $word == -- ]]; then
            options=''
        elif [[ $options && $word == -* ]]; then
            _venvhook_takes "$command" "$word" 0
            option=$takes
        elif [[ ! $command ]]; then
            command=$word
        else
            _venvhook_takes "$command" '' $nth
            nth+=1
            if [[ $takes == @line ]]; then # as if it stood alone
                shift at-1 words
                CURRENT=$((CURRENT - at + 1))
                _normal
                return
            fi
        fi
    done
    if [[ ! $option && $options && $PREFIX == --*=* ]]; then
        _venvhook_takes "$command" "${PREFIX%%=*}" 0
        option=$takes
        compset -P '*='
    fi
    if [[ $option ]]; then
        _venvhook_offer_taken "$option"
    elif [[ ! $command || $options && $PREFIX == -* ]]; then
        _venvhook_offer_words "$command"
    else
        _venvhook_takes "$command" '' $nth
        _venvhook_offer_taken "$takes"
    fi
}

if [[ ${funcstack[1]} == _venvhook ]]; then
    _venvhook_tab "$@"
elif builtin whence compdef >/dev/null; then
    compdef _venvhook_tab venvhook
fi

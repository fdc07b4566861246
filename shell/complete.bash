# Completion of the command venvhook for bash 3.2 and newer. The hook reads this file at the first TAB. Only where interpreters
# or commands are to be named is anything started.
# shellcheck disable=SC2046,SC2086,SC2207 # lists of words without blanks
_venvhook_words='@VENVHOOK_TABLE@' # COMMAND|WORD|TAKES|HELP

# What an option of a command takes, or (the option empty) its argument of that number, into _venvhook_takes.
_venvhook_takes() {
    local command word takes rest nth=$3
    _venvhook_takes=''
    while IFS='|' builtin read -r command word takes rest; do
        if [[ $command == "$1" && $word == "$2" ]] && ((nth-- == 0)); then
            _venvhook_takes=$takes
            return
        fi
    done <<<"$_venvhook_words"
}
# Those of the words that begin as the current one.
_venvhook_offer() {
    local word
    for word; do
        if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
    done
}
# The options of a command, or (without one) the commands.
_venvhook_offer_words() {
    local command word rest
    while IFS='|' builtin read -r command word rest; do
        if [[ $command == "$1" && $word && (${current-} == -* || $word != -*) ]]; then _venvhook_offer "$word"; fi
    done <<<"$_venvhook_words"
}
# A name that begins as the current word, of what is to be taken. Folders are bash's own doing (-o dirnames).
_venvhook_offer_taken() {
    case $1 in
        @folder) return ;;
        @text | '') ;;
        @command | @line) COMPREPLY=($(builtin compgen -c -- "$current")) ;;
        @python) _venvhook_offer $(venvhook pythons --names 2>/dev/null) ;;
        *) _venvhook_offer $1 ;;
    esac
    _venvhook_option +o dirnames
}
# Options for this completion alone. bash 3.2 has none, and offers folders where nothing else is.
_venvhook_option() { builtin compopt "$@" 2>/dev/null || :; }

_venvhook_tab() {
    local IFS=$' \t\n' current=${COMP_WORDS[COMP_CWORD]} command='' option='' options=1 nth=0 at word _venvhook_takes
    COMPREPLY=()
    for ((at = 1; at < COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        if [[ $option ]]; then
            if [[ $word != '=' ]]; then option=''; fi # which bash takes for a word of its own
        elif [[ $options && $word == -- ]]; then
            options=''
        elif [[ $options && $word == -* ]]; then
            _venvhook_takes "$command" "$word" 0
            option=$_venvhook_takes
        elif [[ ! $command ]]; then
            command=$word
        else
            _venvhook_takes "$command" '' "$nth"
            nth=$((nth + 1))
            if [[ $_venvhook_takes == @line ]]; then
                _venvhook_delegate "$at"
                return
            fi
        fi
    done
    if [[ $options && $current == --*=* ]]; then # bash 3.2 does not part them
        _venvhook_takes "$command" "${current%%=*}" 0
        option=$_venvhook_takes current=${current#*=}
    fi
    if [[ $option ]]; then
        if [[ $current == '=' ]]; then current=''; fi
        _venvhook_offer_taken "$option"
    elif [[ ! $command || $options && $current == -* ]]; then
        _venvhook_offer_words "$command"
        _venvhook_option +o dirnames
    else
        _venvhook_takes "$command" '' "$nth"
        _venvhook_offer_taken "$_venvhook_takes"
    fi
    return 0
}
# The command of run begins at that word: as if it stood alone, where bash-completion can do so.
_venvhook_delegate() {
    _venvhook_option +o dirnames -o default
    if builtin declare -F _command_offset >/dev/null; then _command_offset "$1"; fi
}

builtin complete -o dirnames -F _venvhook_tab venvhook

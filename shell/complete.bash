# Completion of the command venvhook for bash 3.2 and newer. The hook reads this file at the first TAB. Only where interpreters
# or commands are to be named is anything started.
# shellcheck disable=SC2046,SC2086,SC2207 # lists of words without blanks
_venvhook_words='@VENVHOOK_TABLE@' # COMMAND|WORD|TAKES|HELP

# A line of that table into _venvhook_command, _venvhook_word and _venvhook_taken, which are the caller's. (By hand, for IFS may
# be readonly.)
_venvhook_part() {
    builtin set -- "$1" "${1#*|}"
    _venvhook_command=${1%%|*} _venvhook_word=${2%%|*} _venvhook_taken=${2#*|}
    _venvhook_taken=${_venvhook_taken%%|*}
}
# What an option of a command takes, or (the option empty) its argument of that number, into _venvhook_takes.
_venvhook_takes() {
    local _venvhook_line _venvhook_command _venvhook_word _venvhook_taken _venvhook_nth=$3
    _venvhook_takes=''
    while builtin read -r _venvhook_line; do
        _venvhook_part "$_venvhook_line"
        if [[ $_venvhook_command == "$1" && $_venvhook_word == "$2" ]] && ((_venvhook_nth-- == 0)); then
            _venvhook_takes=$_venvhook_taken
            return
        fi
    done <<<"$_venvhook_words"
}
# Those of the words that begin as the current one.
_venvhook_offer() {
    local _venvhook_word
    for _venvhook_word; do
        if [[ $_venvhook_word == "$_venvhook_current"* ]]; then COMPREPLY+=("$_venvhook_word"); fi
    done
}
# The options of a command, or (without one) the commands.
_venvhook_offer_words() {
    local _venvhook_line _venvhook_command _venvhook_word _venvhook_taken
    while builtin read -r _venvhook_line; do
        _venvhook_part "$_venvhook_line"
        if [[ $_venvhook_command == "$1" && $_venvhook_word && (${_venvhook_current-} == -* || $_venvhook_word != -*) ]]; then
            _venvhook_offer "$_venvhook_word"
        fi
    done <<<"$_venvhook_words"
}
# A name that begins as the current word, of what is to be taken. Folders are bash's own doing (-o dirnames).
_venvhook_offer_taken() {
    case $1 in
        @folder) return ;;
        @text | '') ;;
        @command | @line) COMPREPLY=($(builtin compgen -c -- "$_venvhook_current")) ;;
        @python) _venvhook_offer $(venvhook pythons --names 2>/dev/null) ;;
        *) _venvhook_offer $1 ;;
    esac
    _venvhook_option +o dirnames
}
# Options for this completion alone. bash 3.2 has none, and offers folders where nothing else is.
_venvhook_option() { builtin compopt "$@" 2>/dev/null || :; }

_venvhook_tab() {
    local IFS=$' \t\n' 2>/dev/null || : # it may be readonly
    local _venvhook_current=${COMP_WORDS[COMP_CWORD]} _venvhook_command='' _venvhook_option='' _venvhook_options=1 _venvhook_nth=0 _venvhook_at _venvhook_word _venvhook_takes
    COMPREPLY=()
    for ((_venvhook_at = 1; _venvhook_at < COMP_CWORD; _venvhook_at++)); do
        _venvhook_word=${COMP_WORDS[_venvhook_at]}
        if [[ $_venvhook_option ]]; then
            if [[ $_venvhook_word != '=' ]]; then _venvhook_option=''; fi # which bash takes for a word of its own
        elif [[ $_venvhook_options && $_venvhook_word == -- ]]; then
            _venvhook_options=''
        elif [[ $_venvhook_options && $_venvhook_word == -* ]]; then
            _venvhook_takes "$_venvhook_command" "$_venvhook_word" 0
            _venvhook_option=$_venvhook_takes
        elif [[ ! $_venvhook_command ]]; then
            _venvhook_command=$_venvhook_word
        else
            _venvhook_takes "$_venvhook_command" '' "$_venvhook_nth"
            _venvhook_nth=$((_venvhook_nth + 1))
            if [[ $_venvhook_takes == @line ]]; then
                _venvhook_delegate "$_venvhook_at"
                return
            fi
        fi
    done
    if [[ $_venvhook_options && $_venvhook_current == --*=* ]]; then # bash 3.2 does not part them
        _venvhook_takes "$_venvhook_command" "${_venvhook_current%%=*}" 0
        _venvhook_option=$_venvhook_takes _venvhook_current=${_venvhook_current#*=}
    fi
    if [[ $_venvhook_option ]]; then
        if [[ $_venvhook_current == '=' ]]; then _venvhook_current=''; fi
        _venvhook_offer_taken "$_venvhook_option"
    elif [[ ! $_venvhook_command || $_venvhook_options && $_venvhook_current == -* ]]; then
        _venvhook_offer_words "$_venvhook_command"
        _venvhook_option +o dirnames
    else
        _venvhook_takes "$_venvhook_command" '' "$_venvhook_nth"
        _venvhook_offer_taken "$_venvhook_takes"
    fi
    return 0
}
# The command of run begins at that word: as if it stood alone, where bash-completion can do so.
_venvhook_delegate() {
    _venvhook_option +o dirnames -o default
    if builtin declare -F _command_offset >/dev/null; then _command_offset "$1"; fi
}

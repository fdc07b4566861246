# Completion of the command venvhook for fish 3.2 and newer. The hook reads this file at the first TAB. Only where
# interpreters are to be named is anything started.
set -g _venvhook_words (string split \n -- '@VENVHOOK_TABLE@') # COMMAND|WORD|TAKES|HELP

# What an option of a command takes, or (the option empty) its argument of that number.
function _venvhook_takes
    set -l nth $argv[3]
    for row in $_venvhook_words
        set -l fields (string split '|' -- $row)
        test "x$fields[1]" = "x$argv[1]" -a "x$fields[2]" = "x$argv[2]"; or continue
        if test $nth -eq 0
            builtin printf '%s\n' $fields[3]
            return
        end
        set nth (math $nth - 1)
    end
end
# The options of a command, or (without one) the commands, with what they do.
function _venvhook_offer_words
    for row in $_venvhook_words
        set -l fields (string split '|' -- $row)
        test "x$fields[1]" = "x$argv[1]" -a -n "$fields[2]"; and builtin printf '%s\t%s\n' $fields[2] $fields[4]
    end
end
# What is to be taken, behind a prefix such as `--python=`.
function _venvhook_offer_taken
    switch $argv[1]
        case @folder
            __fish_complete_directories (commandline -ct | string replace -r '^--\w+=' '') | string replace -r '^' -- "$argv[2]"
        case @command @line
            complete -C (commandline -ct | string collect)
        case @python
            string join \n -- "$argv[2]"(venvhook pythons --names 2>/dev/null)
        case @text ''
        case '*'
            string join \n -- "$argv[2]"(string split ' ' -- $argv[1])
    end
end
function _venvhook_tab
    set -l tokens (commandline -opc)
    set -l current (commandline -ct | string collect)
    set -l command
    set -l option
    set -l options 1
    set -l nth 0
    set -e tokens[1]
    while set -q tokens[1]
        if test -n "$option"
            set option
        else if test -n "$options" -a "x$tokens[1]" = x--
            set options
        else if test -n "$options"; and string match -q -- '-*' $tokens[1]
            set option (_venvhook_takes "$command" $tokens[1] 0)
        else if test -z "$command"
            set command $tokens[1]
        else
            if test "x"(_venvhook_takes $command '' $nth) = x@line # as if it stood alone
                set -l line (string escape -- $tokens) $current
                complete -C "$line"
                return
            end
            set nth (math $nth + 1)
        end
        set -e tokens[1]
    end
    if test -n "$option"
        _venvhook_offer_taken $option
    else if test -n "$options"; and string match -qr '^--\w+=' -- $current
        set -l pair (string split -m 1 = -- $current)
        set -l takes (_venvhook_takes "$command" $pair[1] 0)
        _venvhook_offer_taken "$takes" "$pair[1]="
    else if test -z "$command"; or string match -q -- "$options-*" "1$current"
        _venvhook_offer_words "$command"
    else
        _venvhook_offer_taken (_venvhook_takes $command '' $nth)
    end
end

complete -c venvhook -e
complete -c venvhook -f -a '(_venvhook_tab)'

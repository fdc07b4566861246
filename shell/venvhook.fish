# venvhook's hook for fish 3.2 and newer. It notices where the shell is, and reads plans: shell text from the helper that
# says what entering a project does, what leaving it does, and when that no longer holds. It decides nothing else.
# Everything private is named _venvhook_*, nothing is exported, and nothing is called that a user may have redefined:
# fish reserves the names test, set, status, string, read and eval; anything else is called by `builtin`.
status is-interactive; or builtin exit 0 # ends this file only; `return` would do the same since 3.4, and be an error before

# The shell's state. _venvhook_here is the project entered, _venvhook_plan its plan, _venvhook_paused the project that the
# user left by hand. _venvhook_project is the project found for the folder that was looked at last. _venvhook_seen is what
# else was found there, _venvhook_nearer the marker that could come nearer, _venvhook_lost the marker that was there and went.
# Global values hide what a parent shell has exported, and universal variables of these names.
if not builtin functions -q _venvhook_look
    for _venvhook_name in here paused project nearer lost seen ready off pending plans sign bin label worn entered left
        set -gu _venvhook_$_venvhook_name
    end
    set -gu _venvhook_plan none
    # Where nothing to undo was inherited, nothing that says what was before is believed.
    test -n "$VENVHOOK_PROJECT"; and set -g _venvhook_pending inherited
    or set -eg (set -gxn | string match '_VENVHOOK_*') _venvhook_new
else if test -n "$_venvhook_here"
    # Startup files are being read again. Whatever they did to PATH, our folders come first at the next prompt.
    set -g _venvhook_entered first
end

# Literals that installing fills in.
set -gu _venvhook_python '@VENVHOOK_PYTHON@'
set -gu _venvhook_launcher '@VENVHOOK_LAUNCHER@'
set -gu _venvhook_cache '@VENVHOOK_CACHE@'
set -gu _venvhook_ceiling '@VENVHOOK_CEILING@'

# One line for the person; command substitutions are silent.
function _venvhook_say
    status is-command-substitution; or builtin printf 'venvhook: %s\n' $argv[1] >&2
end

# ---- the state machine ----------------------------------------------------------------------------------------------

# The nearest folder upwards that holds a marker, into _venvhook_project. A command takes fish 4 us, so each does a lot:
# while no ceiling is in the way, one `string` names the folder, three above it and where to go on, one `test` looks into four.
function _venvhook_find --argument-names a b c d # so they are local
    set -g _venvhook_nearer $PWD/.venvhook.toml
    set -g _venvhook_lost
    set -g _venvhook_project
    set -l folder $PWD
    set -l stop -
    test -n "$_venvhook_ceiling$VENVHOOK_CEILING"; and _venvhook_limit
    while test "$stop" = -
        string match -qr -- '(?s)^(?<a>(?:(?<b>(?:(?<c>(?:(?<d>(?:(?<folder>.*)/[^/]*)?)/[^/]*)?)/[^/]*)?)/[^/]*)?)$' $folder
        if test -e "$a/.venvhook.toml" -o -L "$a/.venvhook.toml" -o -e "$b/.venvhook.toml" -o -L "$b/.venvhook.toml" \
                -o -e "$c/.venvhook.toml" -o -L "$c/.venvhook.toml" -o -e "$d/.venvhook.toml" -o -L "$d/.venvhook.toml"
            set folder $a
            break
        end
        test -n "$d"; or return # it was the root
    end
    while not test "x$folder" = "x$stop" -o -e "$folder/.venvhook.toml" -o -L "$folder/.venvhook.toml"
        string match -qr '(?s)^(?<folder>.*)/' -- $folder; or return
    end
    if test "x$folder" = "x$stop"
        # A prompt must not look into a ceiling either.
        test "$PWD" = "$stop" -o "$PWD$stop" = /; and set -g _venvhook_nearer
        return
    end
    set -g _venvhook_project $folder
    test -n "$folder"; or set -g _venvhook_project /
    test "$PWD" = "$_venvhook_project"; and set -g _venvhook_nearer
end
# The nearest folder upwards that is a ceiling, into stop. A ceiling may be spelled by way of symlinks, and so may PWD: each
# ceiling is resolved once, since to resolve it may wake an automounter. A folder above us is in use and may be resolved.
function _venvhook_limit --no-scope-shadowing
    set -l --path ceiling "$_venvhook_ceiling"
    set -q VENVHOOK_CEILING; and set ceiling "$VENVHOOK_CEILING"
    test -n "$ceiling"; or return
    if test "x$ceiling" != "x$_venvhook_ceiling_text"
        set -g _venvhook_ceiling_text "$ceiling"
        set -g _venvhook_ceilings (string trim -r -c / -- $ceiling)
        for each in $ceiling
            set -l real (builtin realpath $each 2>/dev/null | string collect)
            test -z "$real"; or set -ga _venvhook_ceilings (string trim -r -c / -- $real)
        end
    end
    set stop $PWD
    test "$stop" = /; and set stop ''
    set -l linked 1
    test (builtin pwd -P | string collect) = "$PWD"; and set linked
    while not builtin contains -- "$stop" $_venvhook_ceilings
        if test -n "$linked"
            set -l real (builtin realpath $stop/ 2>/dev/null | string collect)
            test "$real" = /; and set real ''
            builtin contains -- "$real" $_venvhook_ceilings; and return
        end
        string match -qr '(?s)^(?<stop>.*)/' -- $stop; and continue
        set stop -
        return
    end
end
# Most often one goes from a project's own folder to one in it, or back: does the project that is entered stay?
function _venvhook_find_inside
    test -z "$_venvhook_ceiling$VENVHOOK_CEILING"; or return
    set -l nearer
    if test "$PWD" != "$_venvhook_here"
        set -l folder
        string match -qr '(?s)^(?<folder>.*)/' -- $PWD
        test "$folder" = "$_venvhook_here" -a ! -e "$PWD/.venvhook.toml" -a ! -L "$PWD/.venvhook.toml"; or return
        set nearer $PWD/.venvhook.toml
    end
    test -e "$_venvhook_here/.venvhook.toml"; or return
    set -g _venvhook_nearer $nearer
    set -g _venvhook_lost
    set -g _venvhook_project $_venvhook_here
end
# From what is entered to a project, or to none; outside of any there is nothing to do. What is seen now tells the next
# prompt that nothing has changed since, unless something is left to do.
function _venvhook_reconcile
    if test -n "$_venvhook_project$_venvhook_here$_venvhook_paused$_venvhook_pending"
        set -g _venvhook_seen
        test -n "$_venvhook_plans"; or _venvhook_prepare; or return
        _venvhook_switch; or return
    end
    set -g _venvhook_seen "$PWD//$VENVHOOK_DISABLE$_OLD_VIRTUAL_PATH//$$_venvhook_sign//$PATH[1]"
end
# All that matters only where there is a project comes with the plans.
function _venvhook_prepare
    set -l place (string split -r -m 1 / $_venvhook_launcher)[1]/plan-2.fish
    test -r $place; and builtin source $place
    test -n "$_venvhook_plans"; and return
    test -n "$_venvhook_off"; or _venvhook_say "$place is gone, so venvhook is off in this shell; install venvhook again"
    set -g _venvhook_off 1
    return 1
end

# ---- triggers and commands ------------------------------------------------------------------------------------------
# fish gives the user's status and pipestatus back after a handler, and one that is defined again replaces the first.

function _venvhook_look --on-variable PWD
    # Until the first prompt, config files may be running: not a word then, and no process. After them, and before any
    # prompt, `fish -ic COMMAND` has set argv.
    test -n "$_venvhook_ready"; or set -qg argv; or return
    set -el PATH _OLD_VIRTUAL_PATH $_venvhook_sign # fish has copied what a function that changes the folder has local and exported
    if test -n "$_venvhook_sign"
        _venvhook_find_inside; or _venvhook_find
        # In the same project, the next prompt tells whether the plan still holds.
        if test "$_venvhook_project//$_venvhook_paused$_venvhook_pending$_venvhook_off$VENVHOOK_DISABLE$_OLD_VIRTUAL_PATH//$$_venvhook_sign//$PATH[1]" = "$_venvhook_here////$_venvhook_home//$_venvhook_front"
            set -g _venvhook_seen "$PWD//$VENVHOOK_DISABLE$_OLD_VIRTUAL_PATH//$$_venvhook_sign//$PATH[1]"
            return
        end
    else
        _venvhook_find
    end
    _venvhook_reconcile
    # A key that changes the folder draws the prompt again without this event. `_` names the command that is running; while
    # the command line is edited it is fish.
    test -n "$_venvhook_label" -a "$_" = fish -a -z "$_venvhook_worn"; and _venvhook_dress
end
# Most often nothing has changed, and the first test is all that runs outside of projects. In the folder of last time, a
# marker in it is all that could have come nearer than the known one, and one that went may come back. (No path has //.)
function _venvhook_prompt --on-event fish_prompt
    if test "$PWD//$VENVHOOK_DISABLE$_OLD_VIRTUAL_PATH//$$_venvhook_sign//$PATH[1]" = "$_venvhook_seen" \
            -a ! -e "$_venvhook_nearer" -a ! -L "$_venvhook_nearer" -a ! -e "$_venvhook_lost"
        test -n "$_venvhook_here"; or return
        _venvhook_stale_$_venvhook_plan; and _venvhook_reconcile
    else
        set -g _venvhook_ready 1
        test "$PWD/.venvhook.toml" = "$_venvhook_nearer" \
            -a ! -e "$_venvhook_nearer" -a ! -L "$_venvhook_nearer" -a ! -e "$_venvhook_lost"
        or _venvhook_find
        _venvhook_reconcile
    end
    test -n "$_venvhook_label"; and set -g _venvhook_mode; and test -z "$_venvhook_worn"; and _venvhook_dress
end
# The command, run by the helper's interpreter; on and off are this shell's own.
function venvhook --description 'Python environments of projects'
    set -l code 0
    switch "$argv"
        case on
            set -g _venvhook_off
            set -g _venvhook_paused
            set -g _venvhook_new_project
            set -eg (set -gn | string match '_venvhook_known_*') _venvhook_new
            test -n "$_venvhook_bin"; and set -g _venvhook_entered first
        case off
            set -g _venvhook_off 1
        case '*'
            $_venvhook_python -I -X utf8 $_venvhook_launcher cli $argv
            set code $status
    end
    set -el PATH _OLD_VIRTUAL_PATH $_venvhook_sign
    # The helper gave no plan: try again. What is only a notice is said again by on.
    if test $_venvhook_plan = none; or test "$argv" = on -a -z "$_venvhook_sign"
        set -g _venvhook_here
        set -g _venvhook_plan none
    end
    if test -n "$_venvhook_ready"; or set -qg argv
        _venvhook_find
        _venvhook_reconcile
    end
    test "$_venvhook_entered" = first; and _venvhook_settle
    return $code
end
# Completion: read at the first TAB.
function _venvhook_complete
    set -l place (string split -r -m 1 / $_venvhook_launcher)
    test -r $place[1]/complete.fish; and builtin source $place[1]/complete.fish
    builtin functions -q _venvhook_tab; and _venvhook_tab
end
builtin complete -c venvhook -f -a '(_venvhook_complete)'

# venvhook's hook for fish 3.2 and newer. It notices where the shell is, and reads plans: shell text from the helper that
# says what entering a project does, what leaving it does, and when that no longer holds. It decides nothing else.
# Everything private is named _venvhook_*, nothing is exported, and nothing is called that a user may have redefined:
# fish reserves the names test, set, status, string, read and eval; all else is called by `builtin`.
status is-interactive; or exit 0 # that is, not this file; `return` would do the same since 3.4, and be an error before

# Literals that installing fills in.
set -g _venvhook_python '@VENVHOOK_PYTHON@'
set -g _venvhook_launcher '@VENVHOOK_LAUNCHER@'
set -g _venvhook_cache '@VENVHOOK_CACHE@'
set -g _venvhook_ceiling '@VENVHOOK_CEILING@'

# The shell's state: the project entered (_venvhook_here), its plan, the project left by hand (_venvhook_paused); the folder
# looked at last (_venvhook_folder), and the project found for it. What is not set is empty. Sourced again, it stays.
if not set -qg _venvhook_plan
    set -g _venvhook_plan none
    set -g _venvhook_inherited $VENVHOOK_PROJECT
end

# One line for the person; command substitutions are silent.
function _venvhook_say
    status is-command-substitution; or builtin printf 'venvhook: %s\n' $argv[1] >&2
end

# ---- plans: kept, or asked for --------------------------------------------------------------------------------------

# The helper's answer into _venvhook_text.
function _venvhook_ask
    if not test -x $_venvhook_python -a -r $_venvhook_launcher
        _venvhook_say "its Python or its launcher is gone ($_venvhook_python, $_venvhook_launcher); install venvhook again"
        return 1
    end
    set -g _venvhook_text ($_venvhook_python -I -S -X utf8 $_venvhook_launcher hook 1 $argv </dev/null | string collect)
    test $pipestatus[1] -eq 0; and return
    _venvhook_say "the helper failed; to try again: venvhook on"
    return 1
end
# Take up a plan's text. What is not whole is left alone, because no redirection keeps fish from telling of a syntax error.
function _venvhook_define
    string match -qr '(?s)^set -g _venvhook_new_project .*\nset -g _venvhook_new [0-9a-f]{16}\n?$' -- "$argv[1]"; or return
    eval $argv[1]
end
# The plan for a project: its id into _venvhook_new. Fails where only the helper could tell and must not be started.
function _venvhook_load
    test -n "$_venvhook_plans"; or _venvhook_source $argv[1]; or return
    _venvhook_good $argv[1]; and return # the one that was read last
    set -l kept $_venvhook_cache/plans$argv[1]/.venvhook-1.fish
    set -l text
    set -g _venvhook_new none
    test -f $kept -a -O $kept -a ! -L $kept; and read -z text <$kept; and _venvhook_define $text
    _venvhook_good $argv[1]; and return
    status is-command-substitution; and return 1
    _venvhook_note $argv[1]
    set -g _venvhook_asking $argv[1]
    set -g _venvhook_new none
    _venvhook_ask plan fish $argv[1]; and _venvhook_define $_venvhook_text
    set -g _venvhook_asking
end
function _venvhook_good
    test "$_venvhook_new" != none -a "$_venvhook_new_project" = $argv[1]; and not _venvhook_stale_$_venvhook_new
end
# What plans are made of. Where it has gone, there is nothing to be done in this project.
function _venvhook_source
    set -l place (string split -r -m 1 / $_venvhook_launcher)
    test -r $place[1]/plan-1.fish; and builtin source $place[1]/plan-1.fish
    test -n "$_venvhook_plans"; and return
    set -g _venvhook_paused $argv[1]
    _venvhook_say "$place[1]/plan-1.fish is gone; install venvhook again"
    return 1
end
# ---- the state machine ----------------------------------------------------------------------------------------------

function _venvhook_enter
    set -g _venvhook_here $argv[1]
    set -g _venvhook_plan $argv[2]
    _venvhook_enter_$argv[2]
end
function _venvhook_leave
    _venvhook_leave_$_venvhook_plan
    set -g _venvhook_here
    set -g _venvhook_plan none
end
# The same folder, by whatever links.
function _venvhook_is
    test "$argv[1]" = "$argv[2]"; and return
    test -n "$argv[1]" -a -n "$argv[2]"; and _venvhook_same $argv
end

# The nearest folder upwards that holds a marker, into _venvhook_project.
function _venvhook_find
    set -g _venvhook_folder $PWD
    set -g _venvhook_project
    set -l folder $PWD
    set -l --path ceiling
    if test -n "$_venvhook_ceiling$VENVHOOK_CEILING"
        set -q VENVHOOK_CEILING; and set ceiling "$VENVHOOK_CEILING"; or set ceiling "$_venvhook_ceiling"
        set ceiling (string trim -r -c / $ceiling)
    end
    while not builtin contains -- "$folder" $ceiling
        if test -e $folder/.venvhook.toml -o -L $folder/.venvhook.toml
            test -n "$folder"; or set folder /
            set -g _venvhook_project $folder
            return
        end
        string match -qr '(?s)^(?<folder>.*)/' $folder; or return # sets folder, without a command substitution
    end
end
# In the folder of last time, a marker in it is all that could have come or gone nearer than the known one.
function _venvhook_moved
    test "$PWD" = "$_venvhook_folder"; or return 0
    if test -e $PWD/.venvhook.toml -o -L $PWD/.venvhook.toml
        test "$PWD" != "$_venvhook_project"
    else
        test "$PWD" = "$_venvhook_project"
    end
end
# Nothing is to be put right, and what was found for this folder last time, here or none, is where the shell is.
function _venvhook_settled
    test "$PWD" = "$_venvhook_folder" -a "$_venvhook_project" = "$_venvhook_here"; or return
    test -z "$_venvhook_asking$_venvhook_inherited$VENVHOOK_DISABLE$_venvhook_off$_venvhook_paused$_OLD_VIRTUAL_PATH" -a "x$$_venvhook_sign" = "x$_venvhook_home"; or return
    test "$PWD" = "$_venvhook_here"; or not test -e $PWD/.venvhook.toml -o -L $PWD/.venvhook.toml
end
function _venvhook_step
    # The common case, in as few commands as can be: 4 us each.
    if _venvhook_settled
        test -n "$_venvhook_here"; and _venvhook_stale_$_venvhook_plan; or return
    end
    if test -n "$_venvhook_asking$_venvhook_inherited"
        _venvhook_recover; or return
    end
    set -l project
    if test -z "$VENVHOOK_DISABLE$_venvhook_off"
        _venvhook_moved; and _venvhook_find
        set project $_venvhook_project
    end
    if test -n "$_venvhook_paused"; and not _venvhook_is "$project" $_venvhook_paused
        set -g _venvhook_paused
    end
    test -n "$_venvhook_sign"; and _venvhook_by_hand
    if test -n "$_venvhook_here"; and _venvhook_is "$project" $_venvhook_here
        _venvhook_stale_$_venvhook_plan; or return
        _venvhook_find # it may be the marker that has gone
        set project $_venvhook_project
    end
    _venvhook_switch $project
end
# From what is entered to a project, or to none: the other one goes first, so that the next plan is read without it.
function _venvhook_switch
    if test -n "$_venvhook_here"; and not _venvhook_is "$argv[1]" $_venvhook_here
        _venvhook_leave
    end
    test -n "$argv[1]"; and test "$argv[1]" != "$_venvhook_paused"; or return
    _venvhook_load $argv[1]; or return
    test -n "$_venvhook_here"; and test $_venvhook_new = $_venvhook_plan; and return
    test -n "$_venvhook_here"; and _venvhook_leave
    _venvhook_enter $argv[1] $_venvhook_new
end
# What a shell must put right first: an answer that Ctrl-C cut off, or a project entered by the shell that started us.
# Fails where the helper must not be started: what a command substitution entered here, undoing would take for inherited.
function _venvhook_recover
    if test -n "$_venvhook_asking"
        test -n "$_venvhook_here"; and _venvhook_leave
        set -g _venvhook_here $_venvhook_asking
        set -g _venvhook_asking
    end
    test -n "$_venvhook_inherited"; or return 0
    status is-command-substitution; and return 1
    set -g _venvhook_inherited
    _venvhook_ask undo fish; and eval $_venvhook_text
    return 0
end

# ---- triggers and commands ------------------------------------------------------------------------------------------
# fish gives a handler's caller its status and pipestatus back.

function _venvhook_look --on-variable PWD
    # Until the first prompt, config files may be running: not a word then, and no process. After them, and before any
    # prompt, `fish -ic COMMAND` sets argv.
    test -n "$_venvhook_ready"; or set -qg argv; or return
    _venvhook_step
end
function _venvhook_prompt --on-event fish_prompt
    set -g _venvhook_ready 1
    _venvhook_step
    test -n "$_venvhook_label"; and _venvhook_draw
end
# The command, run by the helper's interpreter; on and off are this shell's own.
function venvhook --description 'Python environments of projects'
    set -l code 0
    switch "$argv"
        case on
            set -g _venvhook_off
            set -g _venvhook_paused
        case off
            set -g _venvhook_off 1
        case '*'
            $_venvhook_python -I -X utf8 $_venvhook_launcher cli $argv
            set code $status
    end
    # The helper gave no plan: try again. What is only a notice is said again by on.
    if test $_venvhook_plan = none; or test "$argv" = on -a -z "$_venvhook_sign"
        set -g _venvhook_here
        set -g _venvhook_plan none
    end
    _venvhook_look
    return $code
end

# venvhook's hook for fish 3.2 and newer. It notices where the shell is, and reads plans: shell text from the helper that
# says what entering a project does, what leaving it does, and when that no longer holds. It decides nothing else.
# Everything private is named _venvhook_*, nothing is exported, and nothing is called that a user may have redefined:
# fish reserves the names test, set, status, string, read and eval; anything else is called by `builtin`.
status is-interactive; or exit 0 # ends this file only; `return` would do the same since 3.4, and be an error before

# The shell's state: the project entered is _venvhook_here, its plan _venvhook_plan, the project left by hand
# _venvhook_paused; the folder looked at last _venvhook_folder, and the project found for it _venvhook_project. Sourced again,
# it stays; what a shell that we were started by has exported is not ours.
if not builtin functions -q _venvhook_look
    set -eg (set -gn | string match '_venvhook_*') _venvhook_plan
    set -g _venvhook_plan none
    test -n "$VENVHOOK_PROJECT"; and set -g _venvhook_pending inherited
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
# Take up a plan's text, if it is whole: no redirection keeps fish from telling of a syntax error.
function _venvhook_define
    set -g _venvhook_new
    string match -qr '(?s)^set -g _venvhook_new_project .*\nset -g _venvhook_new [0-9a-f]{16}\n?$' -- "$argv[1]"; and eval $argv[1]
    test -n "$_venvhook_new"
end
# The plan for a project, its id into _venvhook_new: one that this shell has read already, else the kept one, else the
# helper's answer. Fails where only the helper could tell and must not be started.
function _venvhook_load
    if test "$_venvhook_new_project" != $argv[1]
        set -l known _venvhook_known_(string escape --style=var $argv[1])
        set -g _venvhook_new_project $argv[1]
        set -g _venvhook_new $$known
    end
    test -n "$_venvhook_new" -a "$_venvhook_new" != none; and not _venvhook_stale_$_venvhook_new; and return
    if test -z "$_venvhook_plans"
        set -l place (string split -r -m 1 / $_venvhook_launcher)[1]/plan-1.fish
        test -r $place; and builtin source $place
        if test -z "$_venvhook_plans"
            set -g _venvhook_off 1
            _venvhook_say "$place is gone, so venvhook is off in this shell; install venvhook again"
            return 1
        end
    end
    _venvhook_read $argv[1]; or _venvhook_fetch $argv[1]; or return
    test $_venvhook_new = none; or set -gu _venvhook_known_(string escape --style=var $argv[1]) $_venvhook_new
    return 0
end
function _venvhook_read
    string match -q '*/../*' -- $argv[1]/; and return 1 # a PWD that was handed on may hold it, and so lead out of the cache
    set -l kept $_venvhook_cache/plans$argv[1]/.venvhook-1.fish
    set -l text
    test -f $kept -a -O $kept -a ! -L $kept; and read -z text <$kept; and _venvhook_define $text
    and test "$_venvhook_new_project" = $argv[1]; and not _venvhook_stale_$_venvhook_new
end
function _venvhook_fetch
    status is-command-substitution; and return 1
    _venvhook_note $argv[1]
    set -g _venvhook_new none
    set -g _venvhook_pending $argv[1]
    if _venvhook_ask plan fish $argv[1]
        if _venvhook_define $_venvhook_text
            _venvhook_learn $_venvhook_new
        else
            _venvhook_say "the helper gave no plan; to try again: venvhook on"
        end
    end
    set -g _venvhook_pending
    test -n "$_venvhook_new"; or set -g _venvhook_new none
    return 0
end

# ---- the state machine ----------------------------------------------------------------------------------------------

function _venvhook_enter
    set -g _venvhook_here $argv[1]
    set -g _venvhook_plan $argv[2]
    set -g _venvhook_entered 1
    _venvhook_enter_$argv[2]
end
function _venvhook_leave
    test -n "$_venvhook_left"; or set -g _venvhook_left $_venvhook_bin
    _venvhook_leave_$_venvhook_plan
    set -g _venvhook_here
    set -g _venvhook_plan none
    builtin contains -- "$_venvhook_left" $PATH; and set -g _venvhook_left # it was there before
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
    set -l stop -
    test -n "$_venvhook_ceiling$VENVHOOK_CEILING"; and _venvhook_limit
    while not test "x$folder" = "x$stop" -o -e $folder/.venvhook.toml -o -L $folder/.venvhook.toml
        string match -qr '(?s)^(?<folder>.*)/' $folder; or return # sets folder: a command substitution takes ten times as long
    end
    test "x$folder" = "x$stop"; and return
    set -g _venvhook_project $folder
    test -n "$folder"; or set -g _venvhook_project /
end
# The nearest folder upwards that is a ceiling, into stop.
function _venvhook_limit --no-scope-shadowing
    set -l --path ceiling "$_venvhook_ceiling"
    set -q VENVHOOK_CEILING; and set ceiling "$VENVHOOK_CEILING"
    test -n "$ceiling"; or return
    set ceiling $ceiling (string trim -r -c / $ceiling)
    set stop $PWD
    while not builtin contains -- "$stop" $ceiling
        string match -qr '(?s)^(?<stop>.*)/' $stop; and continue
        set stop -
        return
    end
end
# At every prompt and cd: most often nothing has changed, and this is all that runs. In the folder of last time, a marker in
# it is all that could have come nearer than the known one. (A command takes fish 4 us, so each tests a lot; no path has //.)
function _venvhook_step
    test "$PWD" = "$_venvhook_folder"
    and begin
        test "$PWD" = "$_venvhook_project"
        or not test -e $PWD/.venvhook.toml -o -L $PWD/.venvhook.toml
    end
    or _venvhook_find
    if test "$_venvhook_project//$_venvhook_paused$_venvhook_pending$_venvhook_off$VENVHOOK_DISABLE$_OLD_VIRTUAL_PATH//$$_venvhook_sign" = "$_venvhook_here////$_venvhook_home"
        test -n "$_venvhook_here"; or return
        _venvhook_stale_$_venvhook_plan; or return
    end
    _venvhook_reconcile
end
# From what is entered to a project, or to none: another one goes first, so that the next plan is read without it.
function _venvhook_reconcile
    if test -n "$_venvhook_pending"
        _venvhook_recover; or return
    end
    set -l project
    if test -z "$_venvhook_off$VENVHOOK_DISABLE"
        test -z "$_venvhook_project" -o -e "$_venvhook_project/.venvhook.toml"; or _venvhook_find # it may have gone
        set project $_venvhook_project
    end
    test -z "$project$_venvhook_here$_venvhook_paused"; and return
    test -n "$_venvhook_sign"; and _venvhook_by_hand
    if test -n "$_venvhook_paused"; and not _venvhook_is "$project" $_venvhook_paused
        set -g _venvhook_paused
    end
    if test -n "$_venvhook_here"
        if not _venvhook_is "$project" $_venvhook_here
            _venvhook_leave
        else if not _venvhook_stale_$_venvhook_plan
            return
        end
    end
    test -n "$project" -a -z "$_venvhook_paused"; or return # paused is this project: any other is forgotten
    _venvhook_load $project; or return
    test -n "$_venvhook_here" -a "$_venvhook_new" = "$_venvhook_plan"; and return
    test -n "$_venvhook_here"; and _venvhook_leave
    _venvhook_enter $project $_venvhook_new
end
# What a shell must put right first: an answer that Ctrl-C cut off (pending is the project that was asked for), or the
# project of the shell that started us (pending is "inherited"). Fails where the helper must not be started: what were
# entered there would be undone as inherited.
function _venvhook_recover
    if test $_venvhook_pending != inherited
        test -n "$_venvhook_here"; and _venvhook_leave
        set -g _venvhook_here $_venvhook_pending
        set -g _venvhook_pending
    else
        status is-command-substitution; and return 1
        set -g _venvhook_pending
        _venvhook_ask undo fish; and eval $_venvhook_text
    end
    return 0
end

# ---- triggers and commands ------------------------------------------------------------------------------------------
# fish gives the user's status and pipestatus back after a handler, and one that is defined again replaces the first.

function _venvhook_look --on-variable PWD
    # Until the first prompt, config files may be running: not a word then, and no process. After them, and before any
    # prompt, `fish -ic COMMAND` has set argv.
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
            set -g _venvhook_new_project
            set -eg (set -gn | string match '_venvhook_known_*') _venvhook_new
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
# Completion: read at the first TAB.
function _venvhook_complete
    set -l place (string split -r -m 1 / $_venvhook_launcher)
    test -r $place[1]/complete.fish; and builtin source $place[1]/complete.fish
    builtin functions -q _venvhook_tab; and _venvhook_tab
end
builtin complete -c venvhook -f -a '(_venvhook_complete)'

# What venvhook's plans for fish are made of. The hook reads this file before it reads its first plan: what matters only
# inside a project costs nothing elsewhere. The number in the name it is installed under is the interface between hook,
# plans and this file.
#
# Variables are set, tested and erased in the global scope only: a universal one of the user's reappears intact. "$NAME" is
# what fish exports for NAME, whatever list it is: joined with colons for a path variable, with blanks for any other.

set -eg (set -gxn | string match '_venvhook_*') _venvhook_new # what a shell before has exported is not ours

# ---- plans: kept, or asked for --------------------------------------------------------------------------------------

# The helper's answer into _venvhook_text.
function _venvhook_ask
    if not test -x $_venvhook_python -a -r $_venvhook_launcher
        _venvhook_say "its Python or its launcher is gone ($_venvhook_python, $_venvhook_launcher); install venvhook again"
        return 1
    end
    set -g _venvhook_text ($_venvhook_python -I -S -X utf8 $_venvhook_launcher hook 2 $argv </dev/null | string collect)
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
    _venvhook_read $argv[1]; or _venvhook_fetch $argv[1]; or return
    test $_venvhook_new = none; or set -gu _venvhook_known_(string escape --style=var $argv[1]) $_venvhook_new
    return 0
end
function _venvhook_read
    string match -q '*/../*' -- $argv[1]/; and return 1 # a PWD that was handed on may hold it, and so lead out of the cache
    set -l kept $_venvhook_cache/plans$argv[1]/.venvhook-2.fish
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

# ---- from project to project -----------------------------------------------------------------------------------------

# From what is entered to the project found, or to none: another one goes first, so that the next plan is read without it.
# Fails where something is left to do or to look after.
function _venvhook_switch
    # In the same project, most often nothing has changed.
    if test "$_venvhook_project//$_venvhook_paused$_venvhook_pending$_venvhook_off$VENVHOOK_DISABLE$_OLD_VIRTUAL_PATH//$$_venvhook_sign" = "$_venvhook_here////$_venvhook_home"
        _venvhook_stale_$_venvhook_plan; or return 0
    end
    if test -n "$_venvhook_pending"
        _venvhook_recover; or return
    end
    set -l project
    if test -z "$_venvhook_off$VENVHOOK_DISABLE"
        test -z "$_venvhook_project" -o -e "$_venvhook_project/.venvhook.toml"; or _venvhook_find # it may have gone
        set project $_venvhook_project
    end
    test -n "$_venvhook_sign" -a "$$_venvhook_sign//$_OLD_VIRTUAL_PATH" != "$_venvhook_home//"; and _venvhook_by_hand
    if test -n "$_venvhook_paused"
        _venvhook_is "$project" $_venvhook_paused; and return 1
        set -g _venvhook_paused
    end
    if test -n "$_venvhook_here"
        if not _venvhook_is "$project" $_venvhook_here
            _venvhook_leave
        else if not _venvhook_stale_$_venvhook_plan
            return 0
        end
    end
    test -n "$project"; or return 0
    _venvhook_load $project; or return
    test -n "$_venvhook_here" -a "$_venvhook_new" = "$_venvhook_plan"; and return
    test -n "$_venvhook_here"; and _venvhook_leave
    _venvhook_enter $project $_venvhook_new
    return 0
end
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

# ---- what plans call -------------------------------------------------------------------------------------------------

# The text of a file into _venvhook_text. Fails where it is not a plain file of at most 4 KiB without a NUL. `read -n` would bound
# it too, but reads byte by byte.
function _venvhook_file
    test -f $argv[1] -a -r $argv[1]; or return
    set -l fish_read_limit 4096
    begin
        read -gz _venvhook_text
        test $status -le 1; and not read -lz rest
    end <$argv[1]
    set -l whole $status
    set fish_read_limit 104857600 # fish's own: before 3.6, the last value stays in force
    return $whole
end
# Is there a file that _venvhook_file fails on, or one with a NUL at its end, which that cannot see?
function _venvhook_odd
    test -e $argv[1] -o -L $argv[1]; or return
    not _venvhook_file $argv[1]; or string match -qr '\x00' <$argv[1]
end

# Are two paths one folder; is a file neither newer nor older than a stamp? fish compares files since 3.6. Before, links are resolved
# instead, and a file counts as unchanged while its content is what it was when this shell asked the helper: _venvhook_learn reads it.
if test / -ef / 2>/dev/null
    function _venvhook_same
        string match -q '/*' -- $argv[1]; or set argv[1] ./$argv[1] # "!" is an operator of test
        test -e $argv[1] -a $argv[1] -ef $argv[2] # two that are missing are equal to it
    end
    function _venvhook_unchanged
        test -e $argv[2]; and not test $argv[1] -nt $argv[2] -o $argv[1] -ot $argv[2]
    end
    function _venvhook_learn
    end
else
    function _venvhook_same
        set -l one (builtin realpath $argv[1] 2>/dev/null | string collect -N)
        set -l other (builtin realpath $argv[2] 2>/dev/null | string collect -N)
        test -n "$one"; and test "$one" = "$other"
    end
    function _venvhook_unchanged
        set -l seen _venvhook_seen_(string escape --style=var $argv[2]:$argv[1])
        set -l text
        test -f $argv[1] -a -r $argv[1]; and read -z text <$argv[1]
        test -n "$_venvhook_learning"; and set -g $seen "=$text"
        test "$$seen" = "=$text"
    end
    function _venvhook_learn
        set -g _venvhook_learning 1
        _venvhook_stale_$argv[1]
        set -eg _venvhook_learning
    end
end

# Before a plan sets anything: is the environment already active by other means? No variable of a user's can be readonly.
function _venvhook_begin
    test -n "$$argv[1]"; and _venvhook_is "$$argv[1]" $argv[2]; and _venvhook_unscript $argv[1] all
    set -g _venvhook_sign $argv[1]
    set -g _venvhook_home $argv[2]
    set -g _venvhook_bin $argv[3]
    set -g _venvhook_name $argv[4]
    set -g _venvhook_label $argv[5]
    set -g _venvhook_due $argv[5]
    builtin functions -q deactivate; and _venvhook_aside deactivate _venvhook_theirs
    _venvhook_take_deactivate
    # The prompt of an environment that was activated by hand; without it, its script would find the user's own again.
    if builtin functions -q _old_fish_prompt
        _venvhook_aside fish_prompt _venvhook_their_prompt
        _venvhook_aside _old_fish_prompt fish_prompt
    end
end
# Before a plan undoes anything. A deactivate that came with an activate script is not ours to take away.
function _venvhook_end
    _venvhook_unwrap
    if not set -qg _OLD_VIRTUAL_PATH
        builtin functions -e deactivate
        builtin functions -q _venvhook_theirs; and _venvhook_aside _venvhook_theirs deactivate
        if builtin functions -q _venvhook_their_prompt
            _venvhook_aside fish_prompt _old_fish_prompt
            _venvhook_aside _venvhook_their_prompt fish_prompt
        end
    end
    builtin functions -e _venvhook_theirs _venvhook_their_prompt
    set -eg _venvhook_{sign,home,bin,name,label,due}
end
# A function gets another name.
function _venvhook_aside
    builtin functions -e $argv[2]
    builtin functions -c $argv
    builtin functions -e $argv[1]
end
function _venvhook_take_deactivate
    function deactivate --description 'Leave the project (venvhook)'
        _venvhook_deactivate $argv
    end
end

# A variable's elements into _venvhook_old_NAME, and what is exported of them, behind "=", into _VENVHOOK_OLD_NAME, which
# is exported when NAME was; and back.
function _venvhook_save
    set -l _venvhook_scope -gu
    set -qgx $argv[1]; and set _venvhook_scope -gx
    set $_venvhook_scope _VENVHOOK_OLD_$argv[1] "=$$argv[1]"
    set -g _venvhook_old_$argv[1] $$argv[1]
end
function _venvhook_restore
    set -l scope -gu
    set -qgx _VENVHOOK_OLD_$argv[1]; and set scope -gx
    set -l old _venvhook_old_$argv[1]
    set $scope $argv[1] $$old
    return 0
end
# Variables that are set already give way; and come back where they are what the plan made of them: "x" and its value, or
# nothing.
function _venvhook_set_aside
    for name in $argv
        set -qg $name; and _venvhook_save $name
    end
end
function _venvhook_put_back
    while set -q argv[2]
        set -l now
        set -qg $argv[1]; and set now "x$$argv[1]"
        if test "$now" = $argv[2]
            set -qg _VENVHOOK_OLD_$argv[1]; and _venvhook_restore $argv[1]; or set -eg $argv[1]
        end
        set -eg _VENVHOOK_OLD_$argv[1] _venvhook_old_$argv[1]
        set -e argv[1..2]
    end
end

# Folders in front of a list such as PATH; those that it held already are noted in _VENVHOOK_OLD_NAME. A local path
# variable is how a text is split at colons, and joined again, without a command substitution.
function _venvhook_prepend
    set -l --path _venvhook_list "$$argv[1]"
    test -n "$_venvhook_list"; or set _venvhook_list
    if set -qg $argv[1]
        set -l _venvhook_had =
        for _venvhook_entry in $argv[2..-1]
            builtin contains -- $_venvhook_entry $_venvhook_list; and set _venvhook_had $_venvhook_had$_venvhook_entry:
        end
        set -l _venvhook_scope -gu
        set -qgx $argv[1]; and set _venvhook_scope -gx
        set $_venvhook_scope _VENVHOOK_OLD_$argv[1] $_venvhook_had
    end
    set -p _venvhook_list $argv[2..-1]
    set -gx $argv[1] "$_venvhook_list"
end
# And out again, wherever they stand now. Of one that was there before only the first is ours; a script that saves PATH in
# _OLD_VIRTUAL_PATH takes that along.
function _venvhook_remove
    set -qg $argv[1]; or return 0
    set -l _venvhook_had _VENVHOOK_OLD_$argv[1]
    test $argv[1] = _OLD_VIRTUAL_PATH; and set _venvhook_had _VENVHOOK_OLD_PATH
    set -l --path _venvhook_held :"$$_venvhook_had"
    set -l --path _venvhook_list "$$argv[1]"
    for _venvhook_entry in $argv[2..-1]
        while builtin contains -- $_venvhook_entry $_venvhook_list
            test $_venvhook_entry = $_venvhook_list[1]; and set -e _venvhook_list[1]
            or set -e _venvhook_list[(builtin contains -i -- $_venvhook_entry $_venvhook_list)]
            builtin contains -- $_venvhook_entry $_venvhook_held; or builtin contains -- =$_venvhook_entry $_venvhook_held; and break
        end
    end
    if set -qg $_venvhook_had
        set -l _venvhook_scope -gu
        set -qgx $_venvhook_had; and set _venvhook_scope -gx
        set -q _venvhook_list[1]; and set $_venvhook_scope $argv[1] "$_venvhook_list"; or set $_venvhook_scope $argv[1]
    else
        set -eg $argv[1]
        test "$$argv[1]" = "$_venvhook_list"; or set -gx $argv[1] "$_venvhook_list" # a universal one is there again
    end
end

# Before the first command afterwards: who puts PATH back at the prompt as he found it (direnv) brings what has been left, and
# takes what is entered.
function _venvhook_settle --on-event fish_preexec
    test -n "$_venvhook_entered$_venvhook_left"; or return
    # What a script has activated since is the user's.
    test -n "$_venvhook_left" -a "x$_venvhook_left" != "x$_venvhook_bin"; and not set -qg _OLD_VIRTUAL_PATH; and _venvhook_remove PATH $_venvhook_left
    test -n "$_venvhook_bin"; and not builtin contains -- $_venvhook_bin $PATH; and set -gp PATH $_venvhook_bin
    set -g _venvhook_entered
    set -g _venvhook_left
end

# ---- activated by hand ----------------------------------------------------------------------------------------------

# Undo an environment's own activate, keeping what the user did to PATH since. An editor sets only the variables; and a
# deactivate that no script brought is somebody else's.
function _venvhook_unscript
    set -l entries $PATH
    set -l script $$argv[1]/bin
    set -qg _OLD_VIRTUAL_PATH; and builtin functions -q deactivate; and deactivate
    set -eg $argv[1] VIRTUAL_ENV_PROMPT _OLD_VIRTUAL_PATH _OLD_VIRTUAL_PYTHONHOME _OLD_VIRTUAL_PS1 _OLD_FISH_PROMPT_OVERRIDE
    set -gx PATH $entries
    while set -l place (builtin contains -i -- $script $PATH)
        set -e PATH[$place]
        set -q argv[2]; or break # one is ours; before we come all go: VS Code hands it on twice
    end
end
# Every activate script saves the PATH that it found, and a plan leaves no such variable set. The project's own script is
# undone and we go on; any other is respected: the project is left, until the user is elsewhere. (conda's saves no PATH.)
function _venvhook_by_hand
    if set -qg _OLD_VIRTUAL_PATH; and test $_venvhook_sign != VIRTUAL_ENV; or not _venvhook_is "$$_venvhook_sign" $_venvhook_home
        _venvhook_yield
    else if set -qg _OLD_VIRTUAL_PATH; or test "$$_venvhook_sign" != $_venvhook_home
        _venvhook_unscript $_venvhook_sign
        set -gx $_venvhook_sign $_venvhook_home
        set -gx VIRTUAL_ENV_PROMPT $_venvhook_name
        _venvhook_take_deactivate
    end
end
# (The plan takes our folders from the PATH that the script has saved, too.) What was active before us the script would have
# deactivated, had it seen it, so its folder goes: the last one, if it is what has been activated again. A PYTHONHOME that we
# bring back waits for the script's deactivate.
function _venvhook_yield
    set -l before $_venvhook_old_VIRTUAL_ENV/bin
    set -l script $_OLD_VIRTUAL_PATH
    set -g _venvhook_paused $_venvhook_here
    _venvhook_leave
    test -n "$script"; or return 0
    if test -n "$before"
        _venvhook_remove _OLD_VIRTUAL_PATH $before
        test "$before" = "$VIRTUAL_ENV/bin"; and set -gx _VENVHOOK_OLD_PATH "=$before:"
        _venvhook_remove PATH $before
        set -eg _VENVHOOK_OLD_PATH
    end
    if test -n "$PYTHONHOME"
        set -gx _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
        set -eg PYTHONHOME
    end
end
# What `deactivate` calls inside a project.
function _venvhook_deactivate
    test "$argv[1]" != nondestructive; and test -n "$_venvhook_here"; or return 0
    set -g _venvhook_paused $_venvhook_here
    _venvhook_leave
    return 0
end

# ---- the prompt -----------------------------------------------------------------------------------------------------

# The name is drawn by a function around the user's fish_prompt while inside, and again around one that the user defines
# there (noticed a prompt later: ours has not run, so the name is due). A prompt that shows the name itself is left to it.
function _venvhook_wrap
    test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and builtin functions -q fish_prompt; or return
    builtin functions fish_prompt | read -lz text
    string match -q "*_venvhook_prompt_$_venvhook_chain *" "$text"; and return # it is there, and has only not been drawn
    if string match -qir '(?m)^#.*(*SKIP)(*F)|virtual_?env|conda|starship|_tide_|_pure_|omp_|posh|__sf_' "$text"
        set -g _venvhook_label
        return
    end
    # A name in use belongs to a wrapper that somebody has copied: that one stays, and shows nothing any more.
    while builtin functions -q _venvhook_prompt_$_venvhook_chain
        set -g _venvhook_chain i$_venvhook_chain
    end
    builtin functions -c fish_prompt _venvhook_prompt_$_venvhook_chain
    # The user's own sees status and pipestatus as they were: those of a single command `return` brings back; of a pipe,
    # only a command substitution hands them on. (`switch` leaves them alone.)
    eval "function fish_prompt --description 'Write out the prompt, behind the name of the project (venvhook)'
        switch \$status
            case \"\$pipestatus\"
                _venvhook_show $_venvhook_chain \$status
                _venvhook_prompt_$_venvhook_chain \$argv
            case '*'
                set -l text (_venvhook_prompt_$_venvhook_chain \$argv | string collect -N)
                _venvhook_show $_venvhook_chain
                builtin printf %s \"\$text\"
        end
    end"
end
function _venvhook_show
    set -g _venvhook_due
    test $argv[1] = $_venvhook_chain -a -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and builtin printf %s "$_venvhook_label"
    return $argv[2]
end
# The user's own again, where it is ours that stands there now: also in the name that an activate script has for it.
function _venvhook_unwrap
    set -l own _venvhook_prompt_$_venvhook_chain
    set -l found
    builtin functions -q $own; or return
    for name in fish_prompt _old_fish_prompt
        if builtin functions -q $name; and builtin functions $name | string match -q "*$own *"
            builtin functions -e $name
            builtin functions -c $own $name
            set found 1
        end
    end
    test -n "$found"; and builtin functions -e $own
end

# ---- no plan --------------------------------------------------------------------------------------------------------

# The plan of a project whose own could not be had: nothing is entered, nothing tried again before the marker changes. To see
# that, only a marker is read that is a plain file of the user's and no symlink: such a file cannot keep us waiting.
function _venvhook_note
    set -g _venvhook_noted
    test -O $argv[1]/.venvhook.toml -a ! -L $argv[1]/.venvhook.toml; and _venvhook_file $argv[1]/.venvhook.toml
    and set -g _venvhook_noted "=$_venvhook_text"
end
function _venvhook_stale_none
    set -l noted "$_venvhook_noted"
    _venvhook_note $_venvhook_here
    test "$noted" != "$_venvhook_noted"
end
function _venvhook_enter_none
end
function _venvhook_leave_none
end

set -g _venvhook_chain i
set -g _venvhook_plans 1

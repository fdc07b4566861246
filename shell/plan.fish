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
    set -l limit $fish_read_limit 104857600
    set -l fish_read_limit 1048576 # a smaller limit of the user's would empty the answer
    set -g _venvhook_text ($_venvhook_python -I -S -X utf8 $_venvhook_launcher hook 2 $argv </dev/null | string collect)
    set -l failed $pipestatus[1]
    set fish_read_limit $limit[1]
    test $failed -eq 0; and return
    _venvhook_say "the helper failed; to try again: venvhook on"
    return 1
end
# The content of a file into _venvhook_text: fails where it is no plain file, has more than so many bytes, holds a NUL or
# cannot be read. `read -n` would bound it too, but reads byte by byte; before fish 3.6, the limit that was set last stays in
# force. (A NUL that is the file's last byte ends the text as the file's end does.)
function _venvhook_content
    test -f $argv[2] -a -r $argv[2]; or return
    set -l limit $fish_read_limit 104857600
    set -l fish_read_limit $argv[1]
    begin
        read -gz _venvhook_text
        test $status -le 1; and not read -ln 1 more
    end <$argv[2]
    set fish_read_limit $limit[1] # leaves the status alone
end
# Take up a plan's text, if it is whole: no redirection keeps fish from telling of a syntax error.
function _venvhook_define
    set -g _venvhook_new
    string match -qr '(?s)^set -g _venvhook_new_project .*\nset -g _venvhook_new [0-9a-f]{16}\n?$' -- "$argv[1]"; and eval $argv[1]
    test -n "$_venvhook_new"; and _venvhook_watch $_venvhook_new
end
# The plan for a project, its id into _venvhook_new: one that this shell has read already, else the kept one, else the
# helper's answer. Fails where only the helper could tell and must not be started.
function _venvhook_load
    if test "$_venvhook_new_project" != $argv[1]
        set -l known _venvhook_known_(string escape --style=var $argv[1])
        set -g _venvhook_new_project $argv[1]
        set -g _venvhook_new $$known
    end
    test -n "$_venvhook_new" -a "$_venvhook_new" != none; and _venvhook_fits $_venvhook_new; and return
    _venvhook_read $argv[1]; or _venvhook_fetch $argv[1]; or return
    test $_venvhook_new = none; or set -gu _venvhook_known_(string escape --style=var $argv[1]) $_venvhook_new
    return 0
end
function _venvhook_read
    string match -q '*/../*' -- $argv[1]/; and return 1 # a PWD that was handed on may hold it, and so lead out of the cache
    set -l kept $_venvhook_cache/plans$argv[1]/.venvhook-2.fish
    test -O $kept -a ! -L $kept; and _venvhook_content 262144 $kept; and _venvhook_define $_venvhook_text
    and test "$_venvhook_new_project" = $argv[1]; and _venvhook_fits $_venvhook_new
end
# May this plan be taken up? New bytes never act, whatever their time says: so the marker's text is compared, too.
function _venvhook_fits
    not _venvhook_stale_$argv[1]; and not _venvhook_differs_$argv[1]
end
function _venvhook_fetch
    status is-command-substitution; and return 1
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
    test $_venvhook_new = none; and _venvhook_note $argv[1]
    return 0
end

# ---- from project to project -----------------------------------------------------------------------------------------

# From what is entered to the project found, or to none: another one goes first, so that the next plan is read without it.
# Fails where something is left to do or to look after.
function _venvhook_switch
    if test -n "$_venvhook_pending"
        _venvhook_recover; or return
    end
    set -l project
    if test -z "$_venvhook_off$VENVHOOK_DISABLE"
        test -z "$_venvhook_project" -o -e "$_venvhook_project/.venvhook.toml"; or _venvhook_miss
        set project $_venvhook_project
    end
    test -n "$_venvhook_sign" -a "$$_venvhook_sign//$_OLD_VIRTUAL_PATH" != "$_venvhook_home//"; and _venvhook_by_hand
    test -n "$_venvhook_here" -a "$PATH[1]" != "$_venvhook_front"; and _venvhook_judge
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
# The marker of the project found may have gone. It is looked for as long as the shell stays in the folder.
function _venvhook_miss
    set -l gone $_venvhook_project/.venvhook.toml
    _venvhook_find
    set -g _venvhook_lost $gone
end
function _venvhook_enter
    set -g _venvhook_here $argv[1]
    set -g _venvhook_plan $argv[2]
    set -g _venvhook_entered present
    _venvhook_enter_$argv[2]
    set -g _venvhook_front $PATH[1]
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
        _venvhook_note $_venvhook_here
    else
        status is-command-substitution; and return 1
        set -g _venvhook_pending
        _venvhook_ask undo fish; and eval $_venvhook_text
    end
    return 0
end

# ---- what plans call -------------------------------------------------------------------------------------------------

# Does a marker or another small file still have this content?
function _venvhook_holds
    _venvhook_content 4096 $argv[1]; and test "x$_venvhook_text" = "x$argv[2]"
end
# Is the marker still too long, or one that holds a NUL? One at its very end is found by reading as many characters as the
# text before it has: then the file must be at its end.
function _venvhook_odd
    set -l marker $argv[1]/.venvhook.toml
    _venvhook_content 4096 $marker; or return 0
    set -l length (string length -- "$_venvhook_text")
    begin
        test "$length" -eq 0; or read -lz -n $length text
        read -ln 1 more
    end <$marker
end

# Are two paths one folder; is a file unchanged, neither newer nor older than a stamp that has its time? fish compares files
# since 3.6. Before, links are resolved instead, and a file counts as unchanged while its content is what it was when this
# shell asked the helper: _venvhook_learn reads it. _venvhook_newer, _venvhook_older and _venvhook_alike are operators in the
# `test` of a plan; where fish has none, they compare the two names, which differ, or ask whether there are any, so that the
# test holds, and _venvhook_differs_ID and _venvhook_changed_ID are asked at prompts, too (_venvhook_watch).
if test / -ef / 2>/dev/null
    set -g _venvhook_newer -nt
    set -g _venvhook_older -ot
    set -g _venvhook_alike -ef
    function _venvhook_same
        string match -q '/*' -- $argv[1]; or set argv[1] ./$argv[1] # "!" is an operator of test
        test -e $argv[1] -a $argv[1] -ef $argv[2] # two that are missing are equal to it
    end
    function _venvhook_watch
    end
    function _venvhook_learn
    end
else
    set -g _venvhook_newer =
    set -g _venvhook_older =
    set -g _venvhook_alike -a
    function _venvhook_same
        set -l one (builtin realpath $argv[1] 2>/dev/null | string collect -N)
        set -l other (builtin realpath $argv[2] 2>/dev/null | string collect -N)
        test -n "$one"; and test "$one" = "$other"
    end
    function _venvhook_unchanged
        set -l seen _venvhook_seen_(string escape --style=var $argv[2]:$argv[1])
        set -l now odd
        _venvhook_content 4096 $argv[1]; and set now "=$_venvhook_text"
        test -n "$_venvhook_learning"; and set -g $seen $now
        test "x$$seen" = "x$now"
    end
    function _venvhook_watch # at prompts, too
        _venvhook_aside _venvhook_stale_$argv[1] _venvhook_times_$argv[1]
        eval "function _venvhook_stale_$argv[1]; _venvhook_times_$argv[1]; or _venvhook_differs_$argv[1]; or _venvhook_changed_$argv[1]; end"
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
    set -g _venvhook_folders $argv[3] $argv[6..-1]
    builtin functions -q deactivate; and _venvhook_aside deactivate _venvhook_theirs
    _venvhook_take_deactivate
    # The prompt of an environment that was activated by hand; without it, its script would find the user's own again.
    if _venvhook_scripts_prompt
        _venvhook_aside fish_prompt _venvhook_their_prompt
        _venvhook_aside _old_fish_prompt fish_prompt
    end
end
# Before a plan undoes anything. A deactivate that came with an activate script is not ours to take away.
function _venvhook_end
    if not set -qg _OLD_VIRTUAL_PATH
        if test -n "$_venvhook_line"; and _venvhook_own_deactivate
            builtin functions -e _venvhook_theirs
        else
            builtin functions -e deactivate
            builtin functions -q _venvhook_theirs; and _venvhook_aside _venvhook_theirs deactivate
        end
        if builtin functions -q _venvhook_their_prompt
            _venvhook_aside fish_prompt _old_fish_prompt
            _venvhook_aside _venvhook_their_prompt fish_prompt
        end
    end
    builtin functions -e _venvhook_theirs _venvhook_their_prompt
    set -eg _venvhook_sign _venvhook_home _venvhook_bin _venvhook_name _venvhook_label _venvhook_folders
end
# Has the user defined one inside?
function _venvhook_own_deactivate
    builtin functions -q deactivate; and not builtin functions deactivate | string match -q '*_venvhook_deactivate*'
end
# A function gets another name. Since fish 3.6 a copy is said to be defined where it was made, and `funced` opens that file:
# this function must therefore not be defined in ours.
builtin printf '%s\n' 'function _venvhook_aside
    builtin functions -e $argv[2]
    builtin functions -c $argv
    builtin functions -e $argv[1]
end' | builtin source
# It may be saved, and must then be harmless in a shell without venvhook.
function _venvhook_take_deactivate
    function deactivate --description 'Leave the project (venvhook)'
        builtin functions -q _venvhook_deactivate; or return 0
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
# nothing. What is universal and exported cannot be kept from programs: they get it empty.
function _venvhook_set_aside
    for name in $argv
        set -qg $name; and _venvhook_save $name
    end
end
function _venvhook_hide
    set -eg $argv
    for name in $argv
        set -qx $name; or continue
        set -gx $name ''
        set -qg _VENVHOOK_OLD_$name; or set -gu _VENVHOOK_OLD_$name hidden
    end
end
function _venvhook_put_back
    while set -q argv[2]
        set -l now
        set -l old _VENVHOOK_OLD_$argv[1]
        set -qg $argv[1]; and set now "x$$argv[1]"
        if test "$$old" = hidden
            test "$now" = x; and set -eg $argv[1]
        else if test "$now" = $argv[2]
            set -qg $old; and _venvhook_restore $argv[1]; or set -eg $argv[1]
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

# Before a command that is typed. No command may meet the prompt that we have put around the user's, and any may define
# another one, but for a few that are typed often and do neither.
function _venvhook_before --on-event fish_preexec
    if not string match -qr '^ *(?:cd|pushd|popd|prevd|nextd|ls|ll|la|pwd|git|python3?|pip|pytest|make|cat|less)(?: [^\n;&|()<>]*)?$' -- "$argv[1]"
        set -g _venvhook_judged
        test -n "$_venvhook_worn"; and _venvhook_undress
        test -n "$_venvhook_bin"; and set -g _venvhook_line "$argv[1]"
    end
    test -n "$_venvhook_entered$_venvhook_left"; and _venvhook_settle
end
# Before the first command after entering or leaving: who puts PATH back at the prompt as he found it (direnv) brings what has
# been left, and takes what is entered. What a script has activated since is the user's.
function _venvhook_settle
    if test -n "$_venvhook_left"
        if test "x$_venvhook_left" != "x$_venvhook_bin"; and builtin contains -- $_venvhook_left $PATH
            set -qg _OLD_VIRTUAL_PATH; or _venvhook_remove PATH $_venvhook_left
        end
        set -g _venvhook_left
    end
    test -n "$_venvhook_entered"; or return
    if test -n "$_venvhook_bin" -a "$_venvhook_entered//$PATH[1]" != "present//$_venvhook_front"
        test "$_venvhook_entered" = first; and _venvhook_to_front
        or builtin contains -- $_venvhook_bin $PATH; or set -gp PATH $_venvhook_bin
        set -g _venvhook_front $PATH[1]
    end
    set -g _venvhook_entered
end
# Our folders to the front of PATH.
function _venvhook_to_front
    test "$PATH[1]" = "$_venvhook_bin"; and return
    set -l list $PATH
    for each in $_venvhook_folders[-1..1]
        set -l at (builtin contains -i -- $each $list); and set -e list[$at]
        set -p list $each
    end
    set -gx PATH $list
end
# PATH begins with something else than at the last prompt. What the user typed there stays. But startup files that were read
# again knew nothing of the project, and neither did another shell that changed fish_user_paths.
function _venvhook_judge
    if test -n "$_venvhook_bin" -a "$_venvhook_entered" != first
        set -l line $_venvhook_line
        for each in (string match -ar '(?:^|[\s;|&(])\K\w[\w.-]*' -- $line)
            string match -qr '^_*fish_' -- $each; and continue
            builtin functions -q $each; and set -a line (builtin functions $each | string match -vr '^\s*#' | string collect)
        end
        if string match -qr 'config\.fish|conf\.d\b' -- $line
            set -g _venvhook_entered first
        end
    end
    test "$_venvhook_entered" = first; and _venvhook_settle
    set -g _venvhook_front $PATH[1]
end
function _venvhook_user_paths --on-variable fish_user_paths
    test -n "$_venvhook_bin"; and set -g _venvhook_entered first
end

# ---- activated by hand ----------------------------------------------------------------------------------------------

# Is the prompt the one that an activate script has put around the user's?
function _venvhook_scripts_prompt
    builtin functions -q _old_fish_prompt; and builtin functions fish_prompt | string match -q '*_old_fish_prompt*'
end
# Undo an environment's own activate, keeping what the user did to PATH since. An editor sets only the variables; and a
# deactivate that no script brought is somebody else's.
function _venvhook_unscript
    set -l entries $PATH
    set -l script $$argv[1]/bin
    if set -qg _OLD_VIRTUAL_PATH; and builtin functions -q deactivate
        # A prompt that the user has defined since is not the script's to take away.
        not _venvhook_scripts_prompt; and builtin functions -q fish_prompt; and _venvhook_aside fish_prompt _venvhook_own_prompt
        deactivate
        builtin functions -q _venvhook_own_prompt; and _venvhook_aside _venvhook_own_prompt fish_prompt
    end
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
    if test -z "$$_venvhook_sign" -a "$_venvhook_entered" = present # another tool has left its own: ours is entered again
        _venvhook_leave
    else if set -qg _OLD_VIRTUAL_PATH; and test $_venvhook_sign != VIRTUAL_ENV; or not _venvhook_is "$$_venvhook_sign" $_venvhook_home
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
    set -el PATH
    set -g _venvhook_paused $_venvhook_here
    _venvhook_leave
    return 0
end

# ---- the prompt -----------------------------------------------------------------------------------------------------

# The name is drawn behind the mode that fish_mode_prompt shows: fish draws that before fish_prompt, and so the user's own
# fish_prompt is never touched. From fish_preexec to fish_prompt ours is off, so no command can save, copy or list it. (A few
# commands leave it on, and so does leaving: without a project it draws the user's part alone.)
# _venvhook_worn says what has been done about this prompt: "drawn" is ours, "own" is a prompt that shows the name itself.
function _venvhook_dress
    test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; or return
    set -g _venvhook_mode
    set -g _venvhook_worn own
    _venvhook_shows_itself; and return
    set -g _venvhook_worn drawn
    if builtin functions -q fish_mode_prompt
        _venvhook_aside fish_mode_prompt _venvhook_their_mode
    else
        builtin functions -e _venvhook_their_mode
    end
    function fish_mode_prompt --description 'Display the mode, and the name of the project (venvhook)'
        set -l was $status
        builtin functions -q _venvhook_show; and _venvhook_show $was $argv
    end
end
# When only the mode has changed, fish draws this part alone, but everything if this part is empty: a prompt of the user's may
# show the mode elsewhere, so where his part is empty then, ours is too.
function _venvhook_show
    set -l mode "$_venvhook_mode"
    if test "$mode" = drawing # a copy of ours, in a part that somebody has put around it
        _venvhook_part _venvhook_inner_mode $argv
        return
    end
    set -g _venvhook_mode drawing
    set -l label $_venvhook_label
    test -z "$VIRTUAL_ENV_DISABLE_PROMPT" -a "$_venvhook_worn" = drawn; or set label
    set -l theirs _venvhook_their_mode
    test "$_venvhook_worn" = drawn; or set theirs _venvhook_inner_mode
    if test -z "$mode" -o "$mode" = "$fish_bind_mode"
        _venvhook_part $theirs $argv
    else
        set -l text (_venvhook_part $theirs $argv | string collect -N)
        test -n "$text"; or set label
        builtin printf %s "$text"
    end
    set -g _venvhook_mode $fish_bind_mode
    builtin printf %s "$label"
end
# A part of the prompt sees the status of the last command.
function _venvhook_part
    builtin functions -q $argv[1]; or return
    _venvhook_return $argv[2]
    $argv[1] $argv[3..-1]
end
function _venvhook_return
    return $argv[1]
end
# The user's own again, unless somebody has put another one there in the meantime: that one calls a copy of ours (an editor's
# does, which is loaded at the first prompt of a shell that starts in a project), and the copy calls the user's.
function _venvhook_undress
    if test "$_venvhook_worn" = drawn
        if builtin functions fish_mode_prompt 2>/dev/null | string match -q '*_venvhook_show *'
            builtin functions -e fish_mode_prompt
            builtin functions -q _venvhook_their_mode; and _venvhook_aside _venvhook_their_mode fish_mode_prompt
        else if builtin functions -q _venvhook_their_mode; and not builtin functions -q _venvhook_inner_mode
            _venvhook_aside _venvhook_their_mode _venvhook_inner_mode
        end
        builtin functions -e _venvhook_their_mode
    end
    set -g _venvhook_worn
end
# Does the prompt show the environment by itself? It does when it, or a function that it calls, speaks of environments. It is
# read again after a command that may have changed it, and each text is judged once.
function _venvhook_shows_itself
    if test "$_venvhook_judged" = "$_venvhook_sign"
        test -n "$_venvhook_engine"
        return
    end
    set -g _venvhook_judged $_venvhook_sign
    builtin functions fish_prompt fish_right_prompt fish_mode_prompt 2>/dev/null | read -lz text
    set text "$_venvhook_sign $text" # conda's prompt shows conda's environments only
    if test "x$text" != "x$_venvhook_prompts"
        set -g _venvhook_prompts $text
        set -g _venvhook_engine
        set -l engines 'virtual_?(env|fish)|starship|powerline[-_](go|shell|config|setup|command)|_tide_|_pure_|(?<![a-z])omp_|posh|__sf_'
        test $_venvhook_sign = VIRTUAL_ENV; or set engines "$engines|(?<![a-z])conda"
        set -l known
        set -l waiting fish_prompt fish_right_prompt fish_mode_prompt
        while set -q waiting[1]; and not set -q known[60]
            set text (builtin functions $waiting[1] 2>/dev/null | string match -vr '^\s*#' | string collect)
            set -a known $waiting[1]
            set -e waiting[1]
            if string match -qir $engines -- $text
                set -g _venvhook_engine $known[-1]
                break
            end
            for each in (string match -ar '(?m)(?:^|[;|(]|\b(?:and|or|not|if|while|begin|builtin)\b)\h*\K\w[\w.-]*' -- $text)
                string match -qr '^_*fish_' -- $each; or builtin contains -- $each $known $waiting; and continue
                builtin functions -q $each; and set -a waiting $each
            end
        end
    end
    test -n "$_venvhook_engine"
end

# ---- no plan --------------------------------------------------------------------------------------------------------

# The plan of a project whose own could not be had: nothing is entered, and nothing is tried again before the project is
# entered anew or the marker changes. Its text may be looked at only where it is a plain file of the user's own and no link:
# opening anything else could block, or read without end.
function _venvhook_note
    set -l marker $argv[1]/.venvhook.toml
    set -g _venvhook_noted none
    test -e $marker -o -L $marker; and set -g _venvhook_noted there
    test -O $marker -a ! -L $marker; or return 0
    _venvhook_content 4096 $marker; and set -g _venvhook_noted "=$_venvhook_text"; or set -g _venvhook_noted odd
end
function _venvhook_stale_none
    set -l noted "$_venvhook_noted"
    _venvhook_note $_venvhook_here
    test "x$noted" != "x$_venvhook_noted"
end
function _venvhook_enter_none
end
function _venvhook_leave_none
end

set -g _venvhook_plans 1

# What venvhook's hook for PowerShell does at prompts and at changes of folder. The hook reads this file, in its module, when the
# host asks for its first prompt: while profiles are read it does nothing, and a shell that runs a script needs none of it. The
# number in the name it is installed under is the interface between the hook and this file.
# What runs at every prompt or change of folder is called by InvokeReturnAsIs: `&`, which makes a pipeline, takes four times
# as long. (A list that is the only argument would become several.)

$script:marker = '.venvhook.toml'; $script:missing = 504911232000000000 # the ticks that .NET gives for a file that is not there
# The shell's state: the project entered, its plan, the project left by hand; the place looked at last (PowerShell has one object
# for it until the folder is changed), the project found for it, and where a marker would be nearer. calm: nothing is to be done
# at a prompt, as long as the place, those markers and the plan are the same. renewed: PATH may have lost our folders, for a
# startup file was read again.
$script:st = @{ asked = $true; off = $st.off; renewed = $st.renewed
    here = ''; plan = $null; paused = ''; place = $null; project = ''; nearer = @(); calm = $false
    depth = 0; prompts = @(); drawn = $false; scripted = $false; action = $null; bin = ''; theirs = $null; saved = $null
    judged = $null; shown = $false; known = $null; blank = $false
    inherited = [System.Boolean][System.Environment]::GetEnvironmentVariable('VENVHOOK_PROJECT') }
$script:told = @() # each trouble is told once
$script:later = @() # lines for the next prompt

$script:separator = [System.String][System.IO.Path]::PathSeparator
# Windows knows no case in paths and in names of variables. $isWindows would not do: 5.1 has none.
$script:windows = [System.IO.Path]::DirectorySeparatorChar -ceq '\'
$script:likeness = [System.StringComparison]::Ordinal
if ($windows) { $script:likeness = [System.StringComparison]::OrdinalIgnoreCase }

# One line for the person. A name that a project chose must not reach the terminal as it is: what a terminal obeys, and
# what is not seen, becomes "?". While a line is edited (a key that changes the folder), what is printed would be drawn
# over: it waits for the prompt.
$script:say = { param($text)
    $text = [System.Text.RegularExpressions.Regex]::Replace("venvhook: $text", '[\p{Cc}\p{Cf}\p{Co}\p{Z}-[ ]]', '?')
    if (-not $st.depth) {
        foreach ($frame in [System.Management.Automation.Runspaces.Runspace]::DefaultRunspace.Debugger.GetCallStack()) {
            if ($frame.FunctionName -ceq 'PSConsoleHostReadLine') { $script:later += $text; return }
        }
    }
    [System.Console]::Error.WriteLine($text)
}
# Something went wrong in the hook, or with the helper: told once in a shell, until `venvhook on`.
$script:complain = { param($trouble)
    $text = $trouble.Exception.GetBaseException().Message.Split("`n")[0].Trim()
    if ([System.Array]::IndexOf($told, "$text`n$($st.here)") -ge 0) { return }
    $script:told += "$text`n$($st.here)"
    if ($text -cnotlike '*install venvhook again') { $text += '; to try again: venvhook on' }
    & $say $text
}

# ---- the state machine ----------------------------------------------------------------------------------------------

# A folder without the separators after it, and without `.` and `..`.
$script:trim = { param($folder)
    if ($windows) { $folder = $folder -creplace '^([A-Za-z]:)(?![\\/])', '$1\' } # `C:` is meant as the drive's root
    [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetFullPath("$folder/x"))
}
$script:whole = '^/'; if ($windows) { $script:whole = '^([A-Za-z]:|[\\/]{2})' } # how an absolute path begins
# A folder by the path that has no links. .NET follows only the last part of a path, and 5.1 none. Links that lead to each
# other are given up after 40, as the system gives them up.
$script:real = { param($folder, $links = 0)
    $above = [System.IO.Path]::GetDirectoryName($folder)
    if (-not $above -or $links -gt 40) { return $folder }
    $path = [System.IO.Path]::Combine((& $real $above $links), [System.IO.Path]::GetFileName($folder))
    try { $target = [System.IO.Directory]::ResolveLinkTarget($path, $true) } catch { return $path } # a loop, or 5.1
    if ($target) { & $real (& $trim $target.FullName) ($links + 1) } else { $path }
}
$script:among = { param($folder, $folders)
    foreach ($each in $folders) { if ([System.String]::Equals($each, $folder, $likeness)) { return $true } }
    $false
}
# The nearest folder upwards that holds a marker, or ''; and the places of those that would be nearer.
$script:find = { param($folder)
    $st.project = ''; $nearer = @()
    $list = [System.Environment]::GetEnvironmentVariable('VENVHOOK_CEILING')
    if ($null -eq $list) { $list = $ceiling }
    $ceilings = @(); $linked = $false
    if ($list) {
        $ceilings = @(foreach ($each in $list.Split($separator)) {
                if ($each -cmatch $whole) { try { & $trim $each; & $real (& $trim $each) } catch { } } # not a path
            })
        $linked = -not [System.String]::Equals((& $real $folder), $folder)
    }
    while ($folder) {
        if ($ceilings.Length -and ((& $among $folder $ceilings) -or ($linked -and (& $among (& $real $folder) $ceilings)))) { break }
        $file = "$folder/$marker"
        # The time rather than Exists: one call that sees a folder of that name too, which is for the helper to tell.
        try { if ([System.IO.File]::GetLastWriteTimeUtc($file).Ticks -ne $missing) { $st.project = $folder; break } }
        catch { } # unreadable
        $nearer += $file
        $folder = [System.IO.Path]::GetDirectoryName($folder)
    }
    $st.nearer = $nearer
}
# What says what was before is believed only of a project that was inherited, until that is undone.
$script:disbelieve = { param()
    foreach ($name in @([System.Environment]::GetEnvironmentVariables().Keys)) {
        if ($name.StartsWith('_VENVHOOK_', $likeness)) {
            [System.Environment]::SetEnvironmentVariable($name, [System.Management.Automation.Language.NullString]::Value)
        }
    }
}
if (-not $st.inherited) { & $disbelieve }
# At every change of folder, and at a prompt where something has changed.
$script:step = { param($place)
    if ($st.inherited) { & $provide; & $recover }
    $st.project = ''; $st.nearer = @()
    $awake = -not ($st.off -or [System.Environment]::GetEnvironmentVariable('VENVHOOK_DISABLE'))
    $folder = $place.Path # which starts with a drive's name where that is not the system's; to ask the provider takes longer
    if (-not $folder.StartsWith('/', [System.StringComparison]::Ordinal)) { $folder = $place.ProviderPath }
    if ($awake) { $find.InvokeReturnAsIs([System.IO.Path]::GetDirectoryName("$folder/x")) } # a drive's root ends with a separator
    if ($st.plan.sign) { $by_hand.InvokeReturnAsIs($st.plan) }
    if ($st.paused -and -not [System.String]::Equals($st.project, $st.paused)) { $st.paused = '' }
    $project = $st.project
    if (-not [System.String]::Equals($project, $st.here) -or ($project -and $stale.InvokeReturnAsIs($st.plan))) {
        if ([System.String]::Equals($project, $st.paused)) { $project = '' }
        if ($project -or $st.here) { & $provide; $turn.InvokeReturnAsIs($project) }
    }
    if ($st.renewed) { $st.renewed = $false; if ($st.plan.sign) { & $front $st.plan } }
    $st.place = $place; $st.calm = ($awake -or $st.off) -and -not $st.paused
}
$script:provide = { param()
    if ($ready.plan -or (& $prepare plan)) { return }
    $st.off = $true
    throw "$parts/plan-2.ps1 is gone, so venvhook is off in this shell; install venvhook again"
}

# ---- triggers -------------------------------------------------------------------------------------------------------

# Whatever happens: no exception (it would drop the rest of the user's line), no trace in $Error.
$script:look = { param($place)
    $st.calm = $false
    if ($place.Provider.Name -cne 'FileSystem') { return }
    if ($alias:venvhook -and -not [System.IO.File]::Exists("$parts/command-2.ps1")) { & $unalias }
    $top = $null; if ($global:Error.Count) { $top = $global:Error[0] }
    try { $step.InvokeReturnAsIs($place) }
    catch { & $complain $_ }
    finally {
        while ($global:Error.Count -and -not [System.Object]::ReferenceEquals($global:Error[0], $top)) { $global:Error.RemoveAt(0) }
    }
}
$script:unalias = { param() $session.InvokeProvider.Item.Remove('alias:venvhook', $false) } # venvhook has been uninstalled
# The prompt, and in front of what it shows the project's label. Most often nothing has changed.
$script:draw = { param()
    $ok = $?; $depth = $st.depth; $st.depth = $depth + 1 # above 0: a prompt that wraps ours, and that we have wrapped again
    try {
        if ($depth -eq 0) {
            $calm = $st.calm -and [System.Object]::ReferenceEquals($global:PWD, $st.place); $plan = $st.plan
            if ($calm) { foreach ($path in $st.nearer) { if ([System.IO.File]::Exists($path)) { $calm = $false; break } } }
            if ($calm -and $plan.sign) { # done by hand?
                $calm = [System.String]::Equals([System.Environment]::GetEnvironmentVariable($plan.sign), $plan.home) -and
                    $null -eq [System.Environment]::GetEnvironmentVariable('_OLD_VIRTUAL_PATH') -and $null -eq $global:_OLD_VIRTUAL_PATH
            }
            if ($calm -and $plan) {
                $calm = -not ([System.Environment]::GetEnvironmentVariable('VENVHOOK_DISABLE') -or $stale.InvokeReturnAsIs($plan))
            }
            if (-not $calm) { $st.drawn = $false; $look.InvokeReturnAsIs($global:PWD) }
            if ($later) { foreach ($text in $later) { [System.Console]::Error.WriteLine($text) }; $script:later = @() }
        }
        # A script's prompt without the rest of it: another way has undone what the script did.
        if ($st.scripted -and -not $function:global:_OLD_VIRTUAL_PROMPT) { & $provide; & $forsake $null }
        $below = $st.prompts[-1 - $depth]
        # A prompt that writes to the host itself, and gives blanks or nothing, has the label in front of all that.
        $ahead = $depth -eq 0 -and $st.blank -and [System.Object]::ReferenceEquals($st.known, $below) -and (& $unnamed $below)
        if ($ahead) { $Host.UI.Write($st.plan.label) }
        if (-not $ok) { Microsoft.PowerShell.Core\Get-History -Id 9223372036854775807 -ErrorAction Ignore } # $? is false again
        $text = & $below
    } finally { $st.depth = $depth }
    # $st.drawn: we were called by the prompt of an activate script that has just been undone, and has drawn its name.
    if ($depth -eq 0 -and -not [System.Object]::ReferenceEquals($st.known, $below)) {
        $st.known = $below; $st.blank = [System.String]::IsNullOrWhiteSpace(([System.String]@($text)[0]).Trim([System.Char]0x200b))
    }
    if ($depth -or $ahead -or $st.drawn -or -not $st.plan.label -or
        [System.Environment]::GetEnvironmentVariable('VIRTUAL_ENV_DISABLE_PROMPT')) {
        $st.drawn = $false
        return $text
    }
    if (-not [System.Object]::ReferenceEquals($st.judged, $below)) { & $judge $below }
    if ($st.shown) { return $text }
    $text = [System.String]@($text)[0]; $body = $text.TrimStart("`r", "`n") # a host shows the first; its blank lines stay in front
    $text.Substring(0, $text.Length - $body.Length) + $st.plan.label + $body
}
# Is there a name that this prompt does not show by itself?
$script:unnamed = { param($below)
    if ($st.drawn -or -not $st.plan.label -or [System.Environment]::GetEnvironmentVariable('VIRTUAL_ENV_DISABLE_PROMPT')) { return $false }
    if (-not [System.Object]::ReferenceEquals($st.judged, $below)) { & $judge $below }
    -not $st.shown
}
$script:judge = { param($below) $st.judged = $below; $st.shown = & $shows $below }
# The prompt may have been replaced since: what is under its name now is what ours calls from now on. An activate script's
# prompt that calls ours (copied under the name that it saves prompts by) is left where it is: its deactivate would
# put ours back, and the script's own, below ours, would be called without what it needs. One that is ReadOnly stays, too.
$script:wrap = { param()
    $now = $function:global:prompt
    if ($st.depth -or [System.Object]::ReferenceEquals($now.Ast, $draw.Ast)) { return }
    $saved = $function:global:_OLD_VIRTUAL_PROMPT
    if ($saved -and [System.Object]::ReferenceEquals($saved.Ast, $draw.Ast)) { return }
    try { $function:global:prompt = $draw } catch { $global:Error.RemoveAt(0); return }
    $at = [System.Array]::IndexOf($st.prompts, $now) # one that we have wrapped already is back: those above it are gone
    if ($at -ge 0) { $st.prompts = @($st.prompts[0..$at]) } else { $st.prompts += $now }
    $st.scripted = $null -ne $saved
}
$script:arm = { param()
    # 5.1 has no such event: there the prompt does all the work.
    if ($PSVersionTable.PSVersion.Major -ge 7) {
        if (-not $st.action) {
            $st.action = [System.EventHandler[System.Management.Automation.LocationChangedEventArgs]] { param()
                if (-not [System.Object]::ReferenceEquals($function:global:prompt.Ast, $draw.Ast)) { & $wrap }
                $look.InvokeReturnAsIs($global:PWD)
            }
        }
        $others = $events.LocationChangedAction
        # Ours first: a handler that throws stops those after it.
        if ($null -eq $others -or [System.Array]::IndexOf($others.GetInvocationList(), $st.action) -lt 0) {
            $events.LocationChangedAction = [System.Delegate]::Combine($st.action, $others)
        }
    }
    & $wrap
    if (-not [System.Object]::ReferenceEquals($function:global:prompt.Ast, $draw.Ast)) { & $look $global:PWD } # no prompt will
}
# What the command needs of this shell: on and off are its own; after any other one, whatever could have changed is
# looked at again. A helper that gave no plan is tried again; what is only a notice is said again by on.
$script:command = { param($word)
    if ($word -ceq 'off') { $st.off = $true }
    elseif ($word -ceq 'on') {
        $st.off = $false; $st.paused = ''; $st.renewed = $true; $script:told = @()
        if ($known) { $known.Clear() }
    }
    if ($st.here -and (-not $st.plan.id -or ($word -ceq 'on' -and -not $st.plan.sign))) { & $quit }
    & $wrap
    & $look $global:PWD
}

# Completion: read at the first TAB. (PowerShell asks a "native" completer for a script without parameters too.)
$script:complete = { param()
    $completer = $null # which the file sets
    . ([System.Management.Automation.ScriptBlock]::Create([System.IO.File]::ReadAllText("$parts/complete.ps1")))
    & $completer @args
}
Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName venvhook -ScriptBlock $complete

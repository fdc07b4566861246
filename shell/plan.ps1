# What matters only inside a project: the helper, the plans, entering and leaving. The hook reads this file, in its module, before
# its first plan. The number in the name it is installed under is the interface between hook, plans and helper.
#
# A plan is data that is never run: fields with a NUL after each but the last, which venvhook/shells/pwsh.py writes. Nine come
# first; then each of the groups, its number of fields in front; then the end, which proves that the text is whole. Groups:
#   path        what goes in front of PATH
#   variables   name, "=" and value ("": unset) ...      lists     name, number, folders ...     exports   name, value ...
#   there absent                                paths that are there, or are not
#   watched     path, ticks, length ("": a folder) ...   what a file is known by: another one has another time or length
#   odd         path, what it is (see $describe) ...     known without being opened
#   owned       path, what it is ...             the marker (with the time of its last change of any kind) and folders of the user's
#   long        paths of files that hold more than a marker may, and stay what they are as long as they do
#   read        name, "=" and value ("": unset) ...      variables that the plan rests on
#   flags       "here": holds while the shell is in the project
# Whether two paths are one folder, .NET cannot tell: the helper has tested it.
# No file of a project is opened here: it may have become a pipe, or be leased by somebody, and then would hold the shell.

$script:extended = $false # whether the user has given files a Length of their own, or the like (Update-TypeData): it is passed by
$script:known = [System.Collections.Generic.Dictionary[System.String, System.Object]]::new() # plans; ordinal, as a @{} is not
$script:fields = 'id', 'project', 'notice', 'sign', 'home', 'bin', 'name', 'label'
$script:groups = 'path', 'variables', 'lists', 'exports', 'there', 'absent', 'watched', 'odd', 'owned', 'long', 'read', 'flags'
$script:provider = 'Microsoft.PowerShell.Core\FileSystem::' # in front of a path: PowerShell looks for no drive, which takes longer
$script:unset = [System.Management.Automation.Language.NullString]::Value # as an argument, $null would become an empty text

# ---- plans: kept, or asked for --------------------------------------------------------------------------------------

# The plan that a text holds, or nothing: only a whole one, of this interface and of this project, is a plan.
$script:parse = { param($text, $project)
    $given = $text.Split([System.Char]0)
    if ($given.Length -lt 22 -or -not [System.String]::Equals($given[0], 'venvhook plan 2') -or
        -not [System.String]::Equals($given[2], $project)) { return }
    $plan = @{}; $at = 1
    foreach ($field in $fields) { $plan[$field] = $given[$at++] }
    foreach ($group in $groups) {
        $count = 0
        if (-not [System.Int32]::TryParse($given[$at++], [ref]$count) -or $count -lt 0 -or $count -ge $given.Length - $at) { return }
        $plan[$group] = @(); if ($count) { $plan[$group] = $given[$at..($at + $count - 1)]; $at += $count }
    }
    if ($at -ne $given.Length - 1 -or -not [System.String]::Equals($given[$at], 'end')) { return }
    $plan.more = $plan.read.Length + $plan.odd.Length + $plan.long.Length # what few plans rest on
    $plan
}
# Runs the helper and gives what it answers. It is started with its arguments as they are, in the folder that PowerShell itself
# was started in: nothing of the session reaches it but the environment. It answers into a file, which only it can create: to
# read a stream takes .NET 30 ms more at the first time.
$script:ask = { param($verb, $project)
    foreach ($file in $python, $launcher) {
        if (-not [System.IO.File]::Exists($file)) { throw "$file is gone; install venvhook again" }
    }
    # TMPDIR may name a folder that is not there. The launcher's own folder is.
    foreach ($folder in [System.IO.Path]::GetTempPath(), $cache, $parts) { if ([System.IO.Directory]::Exists($folder)) { break } }
    $answer = [System.IO.Path]::Combine($folder, 'venvhook-' + [System.IO.Path]::GetRandomFileName())
    $words = '-I', '-S', '-X', 'utf8', $launcher, 'hook', '2', $verb, 'pwsh', $project, $answer
    if ([System.Environment]::Version.Major -ge 5) { $helper = [System.Diagnostics.Process]::Start($python, [System.String[]]$words) }
    else {
        # Windows splits a line again: a quote is escaped, and so is each backslash before one.
        $line = foreach ($word in $words) { '"' + ($word -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1') + '"' }
        $start = [System.Diagnostics.ProcessStartInfo]::new($python, $line -join ' ')
        $start.UseShellExecute = $false; $start.CreateNoWindow = $true
        $helper = [System.Diagnostics.Process]::Start($start)
    }
    try {
        # It gives up by itself after 5 s. (Ctrl-C reaches it too.)
        if (-not $helper.WaitForExit(7000)) { $helper.Kill(); throw 'the helper took more than 7 s' }
        if ($helper.ExitCode -eq 3) { throw "$folder cannot be written to; make room there, or set TMPDIR to another folder" }
        if ($helper.ExitCode) { throw 'the helper failed' }
        [System.IO.File]::ReadAllText($answer)
    } finally { [System.IO.File]::Delete($answer); $helper.Dispose() }
}
# The plan for a project: one that this shell has read already, else the kept one, else the helper's answer, which is taken
# even if it is stale at once: then the next prompt asks again.
$script:load = { param($project)
    $plan = $known[$project]
    if ($plan -and $holds.InvokeReturnAsIs($plan)) { return $plan }
    $plan = & $read $project
    if (-not $plan -or -not $holds.InvokeReturnAsIs($plan)) { $plan = & $fetch $project }
    $known[$project] = $plan
    $plan
}
# The kept plan, if it is the user's own, and no more than a plan can be: no link, and no fifo or device, which may hold the shell.
$script:read = { param($project)
    try {
        $kept = (& $kept_at $project) + '/.venvhook-2.ps1'
        if ((& $mine $kept) -and [System.IO.FileInfo]::new($kept).PSBase.Length -le 262144) {
            & $parse ([System.IO.File]::ReadAllText($kept)) $project
        }
    } catch { } # unreadable, or a name that no file can have
}
# The folder of a project's kept plans (keep.py): on Windows that of a drive is below its letter, that of a share below UNC.
$script:kept_at = { param($project)
    if ($windows) { $project = $project -creplace '^([A-Za-z]):', '$1' -creplace '^\\\\', 'UNC\' }
    "$cache/plans/$project"
}
# Is it a plain file that only its owner may read (0600)? If we can, it is ours; root, who reads all, looks whose it is. On
# Windows it is in a folder of the user's own.
$script:mine = { param($file)
    if ($windows) { # where 1024 is a link
        return [System.IO.File]::Exists($file) -and -not ([System.Int32][System.IO.FileInfo]::new($file).Attributes -band 1024)
    }
    $seen = (& $describe $file).Split(' ')
    if (-not [System.String]::Equals($seen[1], '33152')) { return $false }
    -not [System.Environment]::IsPrivilegedProcess -or [System.String]::Equals($seen[2], '0')
}
$script:fetch = { param($project)
    $st.plan = & $none $project # Ctrl-C leaves it at that
    $plan = & $parse (& $ask plan $project) $project
    if (-not $plan) { throw 'the helper gave no plan' }
    if (-not $extended -and $stale.InvokeReturnAsIs($plan)) {
        $of = [System.IO.FileInfo]::new($launcher).PSObject.Properties
        $script:extended = $of['Length'].MemberType -ne 'Property' -or $of['LastWriteTimeUtc'].MemberType -ne 'Property'
    }
    $plan
}
# The plan of a project whose own could not be had: nothing is entered, nothing tried again before the marker changes.
$script:none = { param($project)
    $file = "$project/$marker"; $info = [System.IO.FileInfo]$file; $plan = @{ project = $project; flags = @('here'); watched = @(); more = 2 }
    $plan.odd = $file, (& $describe $file)
    if ($info.Exists -and $info.PSBase.Length -gt 4096) { $plan.long = @($file) } # it may grow
    elseif ($info.Exists) { $plan.watched = @($file, $info.PSBase.LastWriteTimeUtc.Ticks.ToString(), $info.PSBase.Length.ToString()) }
    $plan
}

# ---- does it still hold? --------------------------------------------------------------------------------------------

# The method that PowerShell's provider calls for it is not public, but the provider first lists every folder on the way to a
# file: 0.1 to 0.3 ms, or 5 ms below a folder that holds thousands. It is asked where there is no such method.
$script:lstat = [System.Management.Automation.PSObject].Assembly.GetType('System.Management.Automation.Platform+Unix')
if ($lstat) { $script:lstat = $lstat.GetMethod('GetLStat') }
# What a file or link is, without opening or following it: inode, mode and owner; if $changed, also the second of its last
# change, which nobody can set back. On Windows .NET tells a folder from a file. '' where there is none.
$script:describe = { param($file, $changed)
    if ($windows) {
        if ([System.IO.Directory]::Exists($file)) { return 'folder' }
        if ([System.IO.File]::Exists($file)) { return 'file' }
        return ''
    }
    try {
        if ($lstat) { $seen = $lstat.Invoke($null, [System.Object[]]@($file)) }
        else { $seen = $session.InvokeProvider.Item.Get([System.String[]]"$provider$file", $true, $true)[0].UnixStat }
        if (-not $seen) { return '' }
        $text = "$($seen.Inode) $($seen.Mode) $($seen.UserId)"
        if ($changed) { $text += " $(($seen.StatusChangeTime.ToUniversalTime().Ticks - 621355968000000000) / 10000000)" }
        $text
    } catch { '' }
}
# Does what the plan rests on no longer hold? .NET looks at links, not through them: so those that lead somewhere are listed
# with what they lead to. It throws where a folder cannot be read, and for the length of a file that is gone.
$script:stale = { param($plan)
    try {
        $watched = $plan.watched
        for ($i = 0; $i -lt $watched.Length; $i += 3) {
            $file = [System.IO.FileInfo]::new($watched[$i]); $length = $watched[$i + 2]; if ($extended) { $file = $file.PSBase }
            if (-not [System.String]::Equals($file.LastWriteTimeUtc.Ticks.ToString(), $watched[$i + 1]) -or
                ($length -and -not [System.String]::Equals($file.Length.ToString(), $length))) { return $true }
        }
        foreach ($path in $plan.there) { if (-not ([System.IO.File]::Exists($path) -or [System.IO.Directory]::Exists($path))) { return $true } }
        foreach ($path in $plan.absent) { if ([System.IO.File]::Exists($path) -or [System.IO.Directory]::Exists($path)) { return $true } }
        if ($plan.more) { return & $differs $plan }
        $false
    } catch { $true }
}
# The tests that few plans need.
$script:differs = { param($plan)
    for ($i = 0; $i -lt $plan.read.Length; $i += 2) {
        $value = [System.Environment]::GetEnvironmentVariable($plan.read[$i])
        if ($null -eq $value) { $value = '' } else { $value = "=$value" }
        if (-not [System.String]::Equals($value, $plan.read[$i + 1])) { return $true }
    }
    for ($i = 0; $i -lt $plan.odd.Length; $i += 2) {
        if (-not [System.String]::Equals((& $describe $plan.odd[$i]), $plan.odd[$i + 1])) { return $true }
    }
    foreach ($path in $plan.long) { if ([System.IO.FileInfo]::new($path).PSBase.Length -le 4096) { return $true } }
    $false
}
# Can a plan be taken up that is not the helper's newest answer? Whose files are is asked only here: .NET cannot tell it cheaply.
$script:holds = { param($plan)
    if ($plan.flags.Length -or $stale.InvokeReturnAsIs($plan)) { return $false }
    for ($i = 0; $i -lt $plan.owned.Length; $i += 2) {
        $text = $plan.owned[$i + 1]
        $now = $describe.InvokeReturnAsIs($plan.owned[$i], $text.Split(' ').Length -eq 4)
        if (-not [System.String]::Equals($now, $text)) { return $false }
    }
    $true
}

# ---- from project to project ----------------------------------------------------------------------------------------

# From what is entered to a project, or to none: the other one goes first, so that the next plan is read without it.
# ("switch" in the other shells: $switch is PowerShell's own.)
$script:turn = { param($project)
    $old = $st.plan
    if ($old -and -not [System.String]::Equals($project, $st.here)) { $quit.InvokeReturnAsIs(); $old = $null }
    if (-not $project) { return }
    # Noted before the helper can start: Ctrl-C, or an error, must not bring it back at each prompt.
    $st.here = $project; $st.plan = @{}; $new = $null; $same = $false
    try { $new = $load.InvokeReturnAsIs($project) }
    finally {
        if ($old -and $new) { $same = [System.String]::Equals($old.id, $new.id) }
        if ($old -and -not $same) { $leave.InvokeReturnAsIs($old) }
        if ($new) { $st.plan = $new } # the same again, too: it may rest on something else
    }
    if ($same) { return }
    # What has not been set must not be put back.
    try { $enter.InvokeReturnAsIs($new) } catch { $st.plan = & $none $project; throw }
}
$script:quit = { param() $plan = $st.plan; $st.here = ''; $st.plan = $null; if ($plan) { $leave.InvokeReturnAsIs($plan) } }
# (No "is": .NET cannot tell cheaply that two paths are one folder. By the other path the project is another one.)

# The shell that started us was in a project: undo that first. The answer: the fields of a plan's first place, then names
# and values, as in a plan's variables; whatever else is ours was forged, or is of no use any more.
$script:recover = { param()
    $st.inherited = $false
    try {
        $given = (& $ask undo '').Split([System.Char]0)
        if (-not [System.String]::Equals($given[0], 'venvhook undo 2') -or $given.Length % 2 -or
            -not [System.String]::Equals($given[$given.Length - 1], 'end')) { throw 'the helper gave no answer' }
        $names = & $written
        for ($i = 1; $i -lt $given.Length - 1; $i += 2) {
            $name = $given[$i]; if ($names.Count) { $name = & $spell $name $names }
            $value = $unset; if ($given[$i + 1]) { $value = $given[$i + 1].Substring(1) }
            [System.Environment]::SetEnvironmentVariable($name, $value)
        }
    } catch { & $complain $_ }
    & $disbelieve
}

# ---- entering and leaving -------------------------------------------------------------------------------------------

# Is the environment already active by other means? Of what an activate script has saved, the plan sets aside what is in the
# environment (CPython's), we what virtualenv's keeps in a variable.
$script:enter = { param($plan)
    if ($plan.notice) { & $say $plan.notice }
    if (-not $plan.sign) { return }
    # PowerShell keeps its list of PATH's folders while PATH is equal but for upper and lower case, on every system: one
    # search for a program now, while PATH has neither `Shop` nor `shop`, has it make the list again.
    if ([System.String]::Equals($st.bin, $plan.bin, [System.StringComparison]::OrdinalIgnoreCase) -and
        -not [System.String]::Equals($st.bin, $plan.bin)) { $null = $events.GetCommand('venvhook-is-not-there', 'Application') }
    $st.bin = $plan.bin
    if ([System.String]::Equals([System.Environment]::GetEnvironmentVariable($plan.sign), $plan.home)) { & $unscript $plan }
    $st.theirs = $function:global:deactivate
    try { $function:global:deactivate = $deactivate } catch { } # one that is ReadOnly stays
    $st.saved = $global:_OLD_VIRTUAL_PATH; if ($null -ne $st.saved) { & $forget }
    $apply.InvokeReturnAsIs($plan)
}
$script:forget = { param() # $null would not do: virtualenv's deactivate would make PATH empty
    if ($null -ne $global:_OLD_VIRTUAL_PATH) { $session.PSVariable.Remove('global:_OLD_VIRTUAL_PATH') }
}
# A deactivate that came with an activate script is not ours to take away.
$script:leave = { param($plan)
    if (-not $plan.sign) { return }
    if ([System.Object]::ReferenceEquals($function:global:deactivate, $deactivate)) {
        try {
            if ($st.theirs) { $function:global:deactivate = $st.theirs }
            else { $session.InvokeProvider.Item.Remove('function:deactivate', $false) }
        } catch { }
    }
    if ($null -ne $st.saved -and $null -eq $global:_OLD_VIRTUAL_PATH) { $global:_OLD_VIRTUAL_PATH = $st.saved }
    $st.theirs = $null; $st.saved = $null
    $revert.InvokeReturnAsIs($plan)
}

# Names of variables have no case on Windows, but each is written in some, and the user's own way comes back. Where a plan unsets
# the variable, the name that its old value is saved by keeps that. (Elsewhere there are no $names: each is as it is.)
$script:written = { param()
    $names = [System.Collections.Generic.Dictionary[System.String, System.String]]::new([System.StringComparer]::OrdinalIgnoreCase)
    if ($windows) { foreach ($name in [System.Environment]::GetEnvironmentVariables().Keys) { $names[$name] = $name } }
    $names
}
$script:spell = { param($name, $names)
    if ($names.ContainsKey("_VENVHOOK_OLD_$name")) { return $names["_VENVHOOK_OLD_$name"].Substring('_VENVHOOK_OLD_'.Length) }
    if ($names.ContainsKey($name)) { return $names[$name] }
    $name
}
# What the other shells' plans write out. Set, and save under _VENVHOOK_OLD_NAME: absent where NAME was unset, else '=' and the
# value; for a list '=' and those of our folders that were in it already, each with the separator after it. A variable's new value
# is a field of the plan: "=" and the value, or nothing where it is unset.
$script:apply = { param($plan)
    $variables = $plan.variables; $lists = $plan.lists; $exports = $plan.exports; $names = $written.InvokeReturnAsIs()
    for ($i = 0; $i -lt $variables.Length; $i += 2) {
        $name = $variables[$i]; if ($names.Count) { $name = & $spell $name $names }
        $new = $variables[$i + 1]; $old = [System.Environment]::GetEnvironmentVariable($name)
        $saved = $unset; if ($null -ne $old) { $saved = "=$old" }
        [System.Environment]::SetEnvironmentVariable("_VENVHOOK_OLD_$name", $saved)
        if ($new) { [System.Environment]::SetEnvironmentVariable($name, $new.Substring(1)) }
        elseif ($null -ne $old) { [System.Environment]::SetEnvironmentVariable($name, $unset) }
    }
    for ($i = 0; $i -lt $lists.Length; $i += $count + 2) {
        $name = $lists[$i]; if ($names.Count) { $name = & $spell $name $names }
        $count = [System.Int32]$lists[$i + 1]; $ours = @($lists[($i + 2)..($i + 1 + $count)])
        $old = [System.Environment]::GetEnvironmentVariable($name); $had = $unset
        if ($null -ne $old) { $had = '=' }
        if ($old) {
            $now = $old.Split($separator)
            foreach ($part in $ours) { if ([System.Array]::IndexOf($now, $part) -ge 0) { $had += "$part$separator" } }
            $ours += $now
        }
        [System.Environment]::SetEnvironmentVariable("_VENVHOOK_OLD_$name", $had)
        [System.Environment]::SetEnvironmentVariable($name, $ours -join $separator)
    }
    for ($i = 0; $i -lt $exports.Length; $i += 2) {
        [System.Environment]::SetEnvironmentVariable($exports[$i], $exports[$i + 1])
    }
}
# And back what is still ours: a variable that no longer has our value belongs to the user and stays as it is.
$script:revert = { param($plan)
    $variables = $plan.variables; $lists = $plan.lists; $exports = $plan.exports; $names = $written.InvokeReturnAsIs()
    for ($i = 0; $i -lt $variables.Length; $i += 2) {
        $name = $variables[$i]; if ($names.Count) { $name = & $spell $name $names }
        $new = $variables[$i + 1]; $now = [System.Environment]::GetEnvironmentVariable($name)
        # Before 7.5 an empty value removes the variable.
        if ([System.Environment]::Version.Major -lt 9 -and [System.String]::Equals($new, '=')) { $new = '' }
        if ($null -eq $now) { $now = '' } else { $now = "=$now" }
        $saved = [System.Environment]::GetEnvironmentVariable("_VENVHOOK_OLD_$name")
        if ([System.String]::Equals($now, $new)) {
            if ($saved) { [System.Environment]::SetEnvironmentVariable($name, $saved.Substring(1)) }
            elseif ($new) { [System.Environment]::SetEnvironmentVariable($name, $unset) }
        }
        if ($null -ne $saved) { [System.Environment]::SetEnvironmentVariable("_VENVHOOK_OLD_$name", $unset) }
    }
    for ($i = 0; $i -lt $lists.Length; $i += $count + 2) {
        $name = $lists[$i]; if ($names.Count) { $name = & $spell $name $names }
        $count = [System.Int32]$lists[$i + 1]; $now = [System.Environment]::GetEnvironmentVariable($name)
        $old = [System.Environment]::GetEnvironmentVariable("_VENVHOOK_OLD_$name")
        $had = $null; if ($old.Length -gt 1) { $had = $old.Substring(1).Split($separator) }
        [System.Environment]::SetEnvironmentVariable("_VENVHOOK_OLD_$name", $unset)
        if ($null -eq $now) { continue }
        $now = $without.InvokeReturnAsIs($now, $lists[($i + 2)..($i + 1 + $count)], $had)
        if ($null -eq $now) { if ($old) { $now = '' } else { $now = $unset } }
        [System.Environment]::SetEnvironmentVariable($name, $now)
    }
    for ($i = 0; $i -lt $exports.Length; $i += 2) { [System.Environment]::SetEnvironmentVariable($exports[$i], $unset) }
}
# A startup file has set PATH, or the user asks for it: our folders are first again.
$script:front = { param($plan)
    $lists = $plan.lists; $names = & $written
    for ($i = 0; $i -lt $lists.Length; $i += $count + 2) {
        $name = $lists[$i]; if ($names.Count) { $name = & $spell $name $names }
        $count = [System.Int32]$lists[$i + 1]; $ours = @($lists[($i + 2)..($i + 1 + $count)])
        $now = [System.Environment]::GetEnvironmentVariable($name)
        if ("$now$separator".StartsWith(($ours -join $separator) + $separator, [System.StringComparison]::Ordinal)) { continue }
        if ($now) { $now = & $without $now $ours (& $held $name) }
        if ($null -ne $now) { $ours += $now }
        [System.Environment]::SetEnvironmentVariable($name, $ours -join $separator)
    }
}
# Those of our folders that a list held before we came.
$script:held = { param($name)
    $old = [System.Environment]::GetEnvironmentVariable("_VENVHOOK_OLD_$name")
    if ($old.Length -gt 1) { $old.Substring(1).Split($separator) }
}
# A list without our folders, wherever they are now. Of one that was there before (in $had) only the first is ours.
$script:without = { param([System.String]$text, $ours, [System.String[]]$had)
    $left = [System.Collections.Generic.List[System.String]]$text.Split($separator)
    foreach ($folder in $ours) {
        while (($at = $left.IndexOf($folder)) -ge 0) {
            $left.RemoveAt($at)
            if ($had -and [System.Array]::IndexOf($had, $folder) -ge 0) { break }
        }
    }
    if ($left.Count) { $left -join $separator }
}

# ---- activated by hand ----------------------------------------------------------------------------------------------

# Is there a PATH that an activate script has saved: CPython's in the environment, virtualenv's in a variable?
$script:scripted = { param()
    $null -ne [System.Environment]::GetEnvironmentVariable('_OLD_VIRTUAL_PATH') -or $null -ne $global:_OLD_VIRTUAL_PATH
}
# Undo an environment's own activate, keeping what the user did to PATH since. An editor sets only the variables. The script's
# deactivate puts back the prompt that its activate found. Where ours has come to stand above it since, ours stays, and calls
# from now on what the script had saved: the script's own prompt does not work without the rest of it.
$script:unscript = { param($plan)
    $path = $env:PATH; $prompt = $function:global:prompt; $before = $function:global:_OLD_VIRTUAL_PROMPT
    if ((& $scripted) -and $function:global:deactivate) {
        $null = & $function:global:deactivate
        if ([System.Object]::ReferenceEquals($prompt.Ast, $draw.Ast)) { $function:global:prompt = $draw; & $forsake $before }
        elseif ($st.depth) { $st.drawn = $true } # the script's own, which has called us and has drawn its name already
    }
    [System.Environment]::SetEnvironmentVariable($plan.sign, $unset)
    [System.Environment]::SetEnvironmentVariable('VIRTUAL_ENV_PROMPT', $unset)
    # Its deactivate has taken these away; but a nested shell has inherited the one without a deactivate.
    [System.Environment]::SetEnvironmentVariable('_OLD_VIRTUAL_PATH', $unset); & $forget
    [System.Environment]::SetEnvironmentVariable('PATH', (& $without $path $plan.bin $plan.bin))
}
# No activate script's prompt is called any more: what it had saved is, or PowerShell's own.
$script:forsake = { param($before)
    if (-not $before -or [System.Object]::ReferenceEquals($before.Ast, $draw.Ast)) { $before = { "PS $($global:PWD.Path)> " } }
    $st.prompts = @(foreach ($each in $st.prompts) { if ("$each" -cmatch '(?i)_old_virtual_prompt') { $before } else { $each } })
    $st.scripted = $false
}
# Every activate script saves the PATH that it found, and defines its own deactivate before it calls one: so ours never hears
# of it. The project's own script is undone and we go on; any other is respected: the project is left, until the user is
# elsewhere. (conda's saves no PATH.)
$script:by_hand = { param($plan)
    $active = [System.String]::Equals([System.Environment]::GetEnvironmentVariable($plan.sign), $plan.home)
    if ($active -and -not $scripted.InvokeReturnAsIs()) { return }
    if (-not $active -or $plan.sign -cne 'VIRTUAL_ENV') { & $yield $plan }
    elseif (-not [System.Object]::ReferenceEquals($function:global:deactivate, $deactivate)) {
        & $unscript $plan
        [System.Environment]::SetEnvironmentVariable($plan.sign, $plan.home)
        [System.Environment]::SetEnvironmentVariable('VIRTUAL_ENV_PROMPT', $plan.name)
        $function:global:deactivate = $deactivate
    }
}
# The script will bring back the PATH that it saved, so ours goes from there too; a PYTHONHOME that we bring back waits
# with it. What was active before us would have been deactivated by the script, had it been able to see it: of its places
# in PATH the last goes, for the script may have been its own.
$script:yield = { param($plan)
    $exported = [System.Environment]::GetEnvironmentVariable('_OLD_VIRTUAL_PATH'); $variable = $global:_OLD_VIRTUAL_PATH
    $before = [System.Environment]::GetEnvironmentVariable("_VENVHOOK_OLD_$($plan.sign)"); $active = & $scripted
    $had = & $held PATH # which $quit forgets
    if ($active) { $st.saved = $null } # what was active before has no more use for it
    $st.paused = $st.here; & $quit
    if (-not $active) { return }
    $gone = $plan.path
    if ($before) {
        $before = [System.IO.Path]::Combine($before.Substring(1), [System.IO.Path]::GetFileName($plan.bin)); $gone += $before
        $left = [System.Collections.Generic.List[System.String]]$env:PATH.Split($separator); $at = $left.LastIndexOf($before)
        if ($at -ge 0) { $left.RemoveAt($at); [System.Environment]::SetEnvironmentVariable('PATH', $left -join $separator) }
    }
    if ($variable) { $global:_OLD_VIRTUAL_PATH = & $without $variable $gone $had }
    if ($exported) { $exported = & $without $exported $gone $had } else { $exported = $unset }
    [System.Environment]::SetEnvironmentVariable('_OLD_VIRTUAL_PATH', $exported)
    if ($env:PYTHONHOME) {
        if ($variable) { $global:_OLD_VIRTUAL_PYTHONHOME = $env:PYTHONHOME }
        else { [System.Environment]::SetEnvironmentVariable('_OLD_VIRTUAL_PYTHONHOME', $env:PYTHONHOME) }
        [System.Environment]::SetEnvironmentVariable('PYTHONHOME', $unset)
    }
}
# Does a prompt show the environment by itself? It does when the text of the prompt, or of a function or a block that it calls,
# speaks of environments or of an engine that shows them. Each prompt is judged once. What only asks whether a label is wanted
# (VIRTUAL_ENV_DISABLE_PROMPT) shows none, nor does a comment. PowerShell's own prompt shows none; it is told by
# its beginning, because to judge the first other one takes some 50 ms.
$script:shows = { param($prompt)
    if ("$prompt" -cmatch '^\s*"PS \$\(\$executionContext\.') { return $false }
    $seen = @{}; $unread = @($prompt)
    $engines = '(?i)VIRTUAL_ENV(?!_DISABLE)|starship|_omp|oh-?my-?posh|powerline[-_](go|shell|config)'
    for ($at = 0; $at -lt $unread.Length -and $at -lt 60; $at++) {
        if ([System.Object]::ReferenceEquals($unread[$at].Ast, $draw.Ast)) { continue }
        $text = "$($unread[$at])"
        if ($text -cmatch $engines -and $text -creplace '(?m)^\s*#.*$|<#[\s\S]*?#>' -cmatch $engines) { return $true }
        foreach ($word in $text -csplit '[^\w$:-]+') {
            if ($seen.ContainsKey($word)) { continue }
            $seen[$word] = $true
            if ($word -cmatch '^[\w-]+$') { $found = $session.PSVariable.GetValue("function:$word") }
            elseif ($word -cmatch '^\$((?:(?i:global|script|function):)?[\w-]+)$') { $found = $session.PSVariable.GetValue($matches[1]) }
            else { continue }
            if ($found -is [System.Collections.IDictionary]) { $found = $found.Values } # VS Code keeps the prompt in one
            foreach ($each in $found) { if ($each -is [System.Management.Automation.ScriptBlock]) { $unread += $each } }
        }
    }
    $false
}
# What `deactivate` calls inside a project.
$script:deactivate = { param() if ($st.here) { $st.paused = $st.here; $st.calm = $false; & $quit } }

# What venvhook's plans for PowerShell are made of. The hook reads this file, in its module, before it reads its first plan:
# what matters only inside a project costs nothing elsewhere. The number in the name it is installed under is the interface
# between hook, plans and this file.
#
# A plan is data, one @{}: reading one disturbs nothing, and costs less than to compile new code. Its fields:
#   id project notice                      project: as the hook named it; a kept plan is replayed for this very folder only
#   sign home bin name label path          missing in a mere notice; path: what goes in front of PATH
#   variables lists exports                pairs: name, value ($null: unset); name, folders; name, value
#   marker                                 its bytes, a character a byte; $null: no plain file of at most 4 KiB without a NUL
#   there absent dangling older read never what else it rests on
# Whose the marker and the folders are, and whether two paths are one folder, .NET cannot tell: the helper has tested it.

$script:bytes = [Text.Encoding]::GetEncoding(28591) # Latin-1: no decoder can make two files equal

# What a marker holds, byte for byte; $null on what is no plain file of at most 4 KiB without a NUL. The length comes first: a
# fifo or a device has none and is not opened. .NET gives a link's own length, hence its target.
$script:content = { param($file)
    try {
        $info = [IO.FileInfo]$file
        if ([int]$info.Attributes -band 1024) {
            if ([System.Environment]::Version.Major -lt 6) { # cannot tell
                return $bytes.GetString([IO.File]::ReadAllBytes($file))
            }
            $info = $info.ResolveLinkTarget($true)
        }
        if ($info.Length -eq 0) { return '' }
        if ($info.Length -gt 4096) { return }
        $text = $bytes.GetString([IO.File]::ReadAllBytes($file))
        if ($text.IndexOf([char]0) -lt 0) { $text }
    } catch { }
}
# Does what the plan rests on no longer hold? .NET looks at links, not through them: so those that lead somewhere are listed
# with what they lead to, and those that lead nowhere apart. It throws where a folder cannot be read.
$script:stale = { param($plan)
    try {
        if ($plan.never) { return $true }
        # [object], for [string]::Equals takes $null for ''.
        if ($plan.ContainsKey('marker') -and
            -not [object]::Equals((& $content "$($plan.project)/$marker"), $plan.marker)) { return $true }
        foreach ($file in $plan.there) { if (-not ([IO.File]::Exists($file) -or [IO.Directory]::Exists($file))) { return $true } }
        foreach ($file in $plan.absent) { if ([IO.File]::Exists($file) -or [IO.Directory]::Exists($file)) { return $true } }
        foreach ($file in $plan.dangling) {
            $target = ([IO.FileInfo]$file).ResolveLinkTarget($true).FullName
            if (-not $target -or [IO.File]::Exists($target) -or [IO.Directory]::Exists($target)) { return $true }
        }
        for ($i = 0; $i -lt $plan.older.Count; $i += 2) {
            if ([IO.File]::GetLastWriteTimeUtc($plan.older[$i]).Ticks -ge $plan.older[$i + 1]) { return $true }
        }
        for ($i = 0; $i -lt $plan.read.Count; $i += 2) {
            $value = [System.Environment]::GetEnvironmentVariable($plan.read[$i])
            if (-not [object]::Equals($value, $plan.read[$i + 1])) { return $true }
        }
        $false
    } catch { $true }
}
# .NET cannot tell a file's owner on Unix. But what only its owner may read and we can read is ours (root reads all). Before
# 7.3 it cannot tell the mode either, and throws: then no plan is replayed from disk. A link (1024) is not ours at all.
$script:mine = { param($file) -not ([int][IO.File]::GetAttributes($file) -band 1024) -and
    ([IO.Path]::DirectorySeparatorChar -ceq '\' -or ([int][IO.File]::GetUnixFileMode($file) -band 63) -eq 0) }

# Before a plan sets anything: is the environment already active by other means? Of what an activate script has saved, the
# plan sets aside what is in the environment (CPython's), we what virtualenv's keeps in a variable.
$script:begin = { param($plan)
    if ([string]::Equals([System.Environment]::GetEnvironmentVariable($plan.sign), $plan.home)) { & $unscript $plan }
    $st.theirs = $function:global:deactivate; $function:global:deactivate = $deactivate
    $st.saved = $global:_OLD_VIRTUAL_PATH; & $forget
}
$script:forget = { # $null would not do: virtualenv's deactivate would make PATH empty
    if ($null -ne $global:_OLD_VIRTUAL_PATH) {
        Microsoft.PowerShell.Utility\Remove-Variable -Name _OLD_VIRTUAL_PATH -Scope Global -ErrorAction Ignore
    }
}
# Before a plan undoes anything. A deactivate that came with an activate script is not ours to take away.
$script:end = {
    if ([object]::ReferenceEquals($function:global:deactivate, $deactivate)) {
        if ($st.theirs) { $function:global:deactivate = $st.theirs }
        else { Microsoft.PowerShell.Management\Remove-Item -LiteralPath function:deactivate }
    }
    if ($null -ne $st.saved -and $null -eq $global:_OLD_VIRTUAL_PATH) { $global:_OLD_VIRTUAL_PATH = $st.saved }
    $st.theirs = $null; $st.saved = $null
}

# What the other shells' plans write out. Set, and save under _VENVHOOK_OLD_NAME: absent where NAME was unset, else '=' and the
# value; for a list '=' and those of our folders that were in it already, each with the separator behind it.
$script:apply = { param($plan)
    $variables = $plan.variables; $lists = $plan.lists; $exports = $plan.exports
    for ($i = 0; $i -lt $variables.Count; $i += 2) {
        $name = $variables[$i]; $new = $variables[$i + 1]; $old = [System.Environment]::GetEnvironmentVariable($name)
        if ($null -eq $old) { $old = $unset } else { $old = "=$old" }
        if ($null -eq $new) { $new = $unset }
        [System.Environment]::SetEnvironmentVariable("_VENVHOOK_OLD_$name", $old)
        [System.Environment]::SetEnvironmentVariable($name, $new)
    }
    for ($i = 0; $i -lt $lists.Count; $i += 2) {
        $name = $lists[$i]; $parts = @($lists[$i + 1])
        $old = [System.Environment]::GetEnvironmentVariable($name); $had = $unset
        if ($null -ne $old) { $had = '=' }
        if ($old) {
            $now = $old.Split($separator)
            foreach ($part in $parts) { if ([Array]::IndexOf($now, $part) -ge 0) { $had += "$part$separator" } }
            $parts += $now
        }
        [System.Environment]::SetEnvironmentVariable("_VENVHOOK_OLD_$name", $had)
        [System.Environment]::SetEnvironmentVariable($name, $parts -join $separator)
    }
    for ($i = 0; $i -lt $exports.Count; $i += 2) {
        [System.Environment]::SetEnvironmentVariable($exports[$i], $exports[$i + 1])
    }
}
# And back what is still ours: a variable that no longer has our value belongs to the user and stays as it is.
$script:revert = { param($plan)
    $variables = $plan.variables; $lists = $plan.lists; $exports = $plan.exports
    for ($i = 0; $i -lt $variables.Count; $i += 2) {
        $name = $variables[$i]; $new = $variables[$i + 1]
        $old = [System.Environment]::GetEnvironmentVariable("_VENVHOOK_OLD_$name")
        # Before 7.5 an empty value removes the variable.
        if (-not $new -and [System.Environment]::Version.Major -lt 9) { $new = $null }
        if ([object]::Equals([System.Environment]::GetEnvironmentVariable($name), $new)) {
            if ($old) { $old = $old.Substring(1) } else { $old = $unset }
            [System.Environment]::SetEnvironmentVariable($name, $old)
        }
        [System.Environment]::SetEnvironmentVariable("_VENVHOOK_OLD_$name", $unset)
    }
    for ($i = 0; $i -lt $lists.Count; $i += 2) {
        $name = $lists[$i]; $now = [System.Environment]::GetEnvironmentVariable($name)
        $old = [System.Environment]::GetEnvironmentVariable("_VENVHOOK_OLD_$name")
        [System.Environment]::SetEnvironmentVariable("_VENVHOOK_OLD_$name", $unset)
        if ($null -eq $now) { continue }
        $had = $null; if ($old.Length -gt 1) { $had = $old.Substring(1).Split($separator) }
        $now = & $without $now $lists[$i + 1] $had
        if ($null -eq $now) { if ($old) { $now = '' } else { $now = $unset } }
        [System.Environment]::SetEnvironmentVariable($name, $now)
    }
    for ($i = 0; $i -lt $exports.Count; $i += 2) { [System.Environment]::SetEnvironmentVariable($exports[$i], $unset) }
}
# A list without our folders, wherever they stand now. Of one that was there before (in $had) only the first is ours.
$script:without = { param([string]$text, $ours, [string[]]$had)
    $parts = [Collections.Generic.List[string]]$text.Split($separator)
    foreach ($folder in $ours) {
        while (($at = $parts.IndexOf($folder)) -ge 0) {
            $parts.RemoveAt($at)
            if ($had -and [Array]::IndexOf($had, $folder) -ge 0) { break }
        }
    }
    if ($parts.Count) { $parts -join $separator }
}

# ---- activated by hand ----------------------------------------------------------------------------------------------

# Is there a PATH that an activate script has saved: CPython's in the environment, virtualenv's in a variable?
$script:scripted = {
    $null -ne [System.Environment]::GetEnvironmentVariable('_OLD_VIRTUAL_PATH') -or $null -ne $global:_OLD_VIRTUAL_PATH
}
# Undo an environment's own activate, keeping what the user did to PATH since. Its deactivate puts its prompt in order. An
# editor sets only the variables.
$script:unscript = { param($plan)
    $path = $env:PATH
    if ((& $scripted) -and $function:global:deactivate) { $null = & $function:global:deactivate; $st.drawn = $true }
    [System.Environment]::SetEnvironmentVariable($plan.sign, $unset)
    [System.Environment]::SetEnvironmentVariable('VIRTUAL_ENV_PROMPT', $unset)
    # Its deactivate has taken these away; but a nested shell has inherited the one without a deactivate.
    [System.Environment]::SetEnvironmentVariable('_OLD_VIRTUAL_PATH', $unset); & $forget
    [System.Environment]::SetEnvironmentVariable('PATH', (& $without $path $plan.bin $plan.bin))
}
# Every activate script saves the PATH that it found, and defines its own deactivate before it calls one: so ours never hears
# of it. The project's own script is undone and we go on; any other is respected: the project is left, until the user is
# elsewhere. (conda's saves no PATH.)
$script:by_hand = { param($plan)
    $other = $plan.sign -cne 'VIRTUAL_ENV' -and (& $scripted)
    if ($other -or -not [string]::Equals([System.Environment]::GetEnvironmentVariable($plan.sign), $plan.home)) { & $yield $plan }
    elseif ((& $scripted) -and -not [object]::ReferenceEquals($function:global:deactivate, $deactivate)) {
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
    if ($active) { $st.saved = $null } # what was active before has no more use for it
    $st.paused = $st.here; & $quit
    if (-not $active) { return }
    $gone = $plan.path
    if ($before) {
        $before = [IO.Path]::Combine($before.Substring(1), [IO.Path]::GetFileName($plan.bin)); $gone += $before
        $parts = [Collections.Generic.List[string]]$env:PATH.Split($separator); $at = $parts.LastIndexOf($before)
        if ($at -ge 0) { $parts.RemoveAt($at); [System.Environment]::SetEnvironmentVariable('PATH', $parts -join $separator) }
    }
    if ($variable) { $global:_OLD_VIRTUAL_PATH = & $without $variable $gone }
    if ($exported) { $exported = & $without $exported $gone } else { $exported = $unset }
    [System.Environment]::SetEnvironmentVariable('_OLD_VIRTUAL_PATH', $exported)
    if ($env:PYTHONHOME) {
        if ($variable) { $global:_OLD_VIRTUAL_PYTHONHOME = $env:PYTHONHOME }
        else { [System.Environment]::SetEnvironmentVariable('_OLD_VIRTUAL_PYTHONHOME', $env:PYTHONHOME) }
        [System.Environment]::SetEnvironmentVariable('PYTHONHOME', $unset)
    }
}
# What `deactivate` calls inside a project.
$script:deactivate = { if ($st.here) { $st.paused = $st.here; & $quit } }

# ---- no plan --------------------------------------------------------------------------------------------------------

# The plan of a project whose own could not be had: nothing is entered, nothing tried again before the marker changes.
$script:none = { param($project) @{ project = $project; marker = & $content "$project/$marker" } }

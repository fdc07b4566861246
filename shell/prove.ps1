# What `venvhook doctor` and `venvhook prove` have a PowerShell do where it gets no terminal of its own (Windows): a session that
# has read its profile runs this file. It answers the question of probe.ps1, then enters a throw-away project and leaves it, as a
# person would, and writes what came of that: keys and values, a NUL behind each; proof.py says which.
param($question, $answer, $told, $probe, $hook, $alone, $base, $project, $outside)
Microsoft.PowerShell.Core\Set-StrictMode -Off
$ErrorActionPreference = 'Continue'; $PSNativeCommandUseErrorActionPreference = $false
if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') { . $question $answer; return }

$facts = [System.Text.StringBuilder]::new()
$fact = { param($key, $value) $null = $facts.Append($key).Append([char]0).Append("$value").Append([char]0) }
$hooked = { "$($function:global:venvhook.Module)" -ceq 'venvhook' }
$names = [System.StringComparer]::Ordinal
if ([System.IO.Path]::DirectorySeparatorChar -ceq '\') { $names = [System.StringComparer]::OrdinalIgnoreCase }
# The environment as a program would get it, one line for each variable.
$exported = {
    $all = [System.Environment]::GetEnvironmentVariables()
    $found = [System.Collections.Generic.Dictionary[System.String, System.String]]::new($names)
    foreach ($name in $all.Keys) { $found[$name] = $all[$name] }
    , $found
}
$differ = { param($one, $other)
    $found = [System.Collections.Generic.List[System.String]]::new()
    foreach ($name in $one.Keys) {
        if (-not $other.ContainsKey($name) -or -not [System.String]::Equals($one[$name], $other[$name])) { $found.Add($name) }
    }
    foreach ($name in $other.Keys) { if (-not $one.ContainsKey($name)) { $found.Add($name) } }
    , $found
}
# What is drawn at a prompt, which is also when 5.1 notices that the folder has changed.
$go = { param($folder)
    Microsoft.PowerShell.Management\Set-Location -LiteralPath $folder
    "$(prompt)"
}

# Without a keyboard the hook does nothing, since nobody can type: then it is loaded as if there were one.
$keyboard = -not [System.Console]::IsInputRedirected
& $fact keyboard $(if ($keyboard) { 'yes' } else { 'no' })
if (-not (& $hooked) -and ($alone -or -not $keyboard) -and [System.IO.File]::Exists($hook)) {
    . ([System.Management.Automation.ScriptBlock]::Create([System.IO.File]::ReadAllText($hook)))
    & $function:global:venvhook.Module { $st.asked = $true }
    & $fact loaded 'by hand'
}
# What the host's first prompt does, which a script's prompt does not.
if (& $hooked) { & $function:global:venvhook.Module { if (& $prepare prompt) { & $arm } } }
. $question $answer

$null = & $go $outside
$first = & $exported
$null = & $go $base
$null = & $go $outside
$before = & $exported
$shown = & $go $project
& $fact entered $env:VIRTUAL_ENV
& $fact shown $shown
# A file, and not what the program prints: that would be read by the console's code page.
& python -I $probe "$told.prefix"
if ([System.IO.File]::Exists("$told.prefix")) { & $fact prefix ([System.IO.File]::ReadAllText("$told.prefix")) }
$shown = & $go $outside
& $fact after $shown
$noise = & $differ $first $before
foreach ($name in (& $differ $before (& $exported))) { if (-not $noise.Contains($name)) { & $fact changed $name } }
[System.IO.File]::WriteAllText($told, "$facts", [System.Text.UTF8Encoding]::new($false))

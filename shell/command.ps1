# The command `venvhook` for PowerShell: its name is an alias of this file, for a script's exit is what $? and `&&` go by; after a
# function, $? is always true. The number in the name it is installed under is the interface between this file and the hook.
# All but the exit runs in the hook's module: a variable of the user's that is AllScope is in this file's scope too, and it may be
# readonly.
Microsoft.PowerShell.Core\Set-StrictMode -Off
if ("$($function:global:venvhook.Module)" -cne 'venvhook') {
    [System.Console]::Error.WriteLine('venvhook: its hook is not loaded in this shell')
    exit 1
}
& $function:global:venvhook.Module { $script:serve = { param($called, $itself, $given)
    $words = [System.Collections.Generic.List[System.String]]::new()

    # The arguments as they were typed. PowerShell takes the first "--" away from a script, takes `-v:x` apart and makes a list of
    # `a,b`; a program gets all three as they are. So what was typed is read again, as a syntax tree, and each value is taken from
    # what the script was given: nothing is evaluated twice. Where that does not fit (a splatted list, a call by another script)
    # what it was given is all there is.
    $typed = $null
    if ($called.PSObject.Properties['Statement']) { # since 7.5
        $tree = [System.Management.Automation.Language.Parser]::ParseInput($called.Statement, [ref]$null, [ref]$null)
        $typed = $tree.Find({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $false)
    } else {
        foreach ($frame in [System.Management.Automation.Runspaces.Runspace]::DefaultRunspace.Debugger.GetCallStack()) {
            if ($frame.ScriptName -ceq $itself) { continue }
            $from = $frame.Position.StartScriptPosition; $line = $called.ScriptLineNumber; $column = $called.OffsetInLine
            if (-not $from) { break }
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($from.GetFullScript(), [ref]$null, [ref]$null)
            $typed = $tree.Find({ param($node) $node -is [System.Management.Automation.Language.CommandAst] -and
                    $node.Extent.StartLineNumber -eq $line -and $node.Extent.StartColumnNumber -eq $column }, $true)
            break
        }
    }
    # A number is handed on as it was typed: 3.10 is no 3.1.
    $text = { param($element, $value)
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst] -or
            $element -isnot [System.Management.Automation.Language.ConstantExpressionAst]) { "$value" }
        else { $element.Extent.Text }
    }
    $list = { param($element, $value)
        $at = 0
        @(foreach ($each in $element.Elements) { & $text $each $value[$at++] }) -join ','
    }
    $at = 0; $fits = $null -ne $typed; $dashes = $false
    $home_below = '^~($|/)'; if ([System.IO.Path]::DirectorySeparatorChar -ceq '\') { $home_below = '^~($|[\\/])' }
    if ($fits) {
        for ($i = 1; $i -lt $typed.CommandElements.Count -and $fits; $i++) {
            $element = $typed.CommandElements[$i]; $argument = $element.Argument
            $bare = $element.Extent.Text -ceq '--' -or "$($element.StringConstantType)" -ceq 'BareWord'
            if (-not $dashes -and $element.Extent.Text -ceq '--') { $dashes = $true; $words.Add('--'); continue }
            $fits = -not $element.Splatted -and $at + [System.Int32]($null -ne $argument) -lt $given.Count
            if (-not $fits) { break }
            $value = $given[$at++]
            if (-not $argument -and $element.Extent.Text -cmatch '^-.*:$' -and $i + 1 -lt $typed.CommandElements.Count -and
                $typed.CommandElements[$i + 1].Extent.StartOffset -eq $element.Extent.EndOffset) {
                $argument = $typed.CommandElements[++$i] # so it is after a "--"
            }
            if ($argument) {
                $next = $given[$at++]
                if ($argument -is [System.Management.Automation.Language.ArrayLiteralAst]) { $next = & $list $argument $next }
                else { $next = & $text $argument $next }
                $words.Add("$value$next")
            } elseif ($element -is [System.Management.Automation.Language.ArrayLiteralAst]) { $words.Add((& $list $element $value)) }
            elseif ($bare -and $words.Count -and $words[0] -cnotmatch '^(run|exec|--?)' -and $value -cmatch $home_below) {
                $words.Add($HOME + $value.Substring(1)) # a folder for a command of ours; `run` hands on what was typed
            } elseif ($value -is [System.Collections.IList]) { foreach ($each in $value) { $words.Add("$each") } }
            elseif ($null -ne $value) { $words.Add((& $text $element $value)) }
        }
        $fits = $fits -and $at -eq $given.Count
    }
    if (-not $fits) {
        $words.Clear()
        foreach ($value in $given) {
            if ($value -is [System.Collections.IList]) { foreach ($each in $value) { $words.Add("$each") } }
            elseif ($null -ne $value) { $words.Add("$value") }
        }
    }

    $own = $words.Count -eq 1 -and ($words[0] -ceq 'on' -or $words[0] -ceq 'off')
    $script:code = 0
    if (-not $own) {
        # On Unix PowerShell expands * ? [ ] ~ in what a variable hands on to a program, but not between double quotes. So the call
        # has as many quoted places as there are words. Before 7.3 a program's line is split again: quotes are escaped for that.
        $PSNativeCommandArgumentPassing = 'Standard'
        if ($PSVersionTable.PSVersion -lt [System.Version]'7.3') {
            for ($i = 0; $i -lt $words.Count; $i++) {
                $words[$i] = $words[$i] -replace '(\\*)"', '$1$1\"'
                if ($words[$i] -cmatch '\s') { $words[$i] = $words[$i] -replace '(\\+)$', '$1$1' }
                if (-not $words[$i]) { $words[$i] = '""' }
            }
        }
        $places = for ($i = 0; $i -lt $words.Count; $i++) { " `"`$(`$words[$i])`"" }
        $call = [System.Management.Automation.ScriptBlock]::Create('& $python "-I" "-X" "utf8" "$launcher" "cli"' + ($places -join ''))
        foreach ($file in $python, $launcher) {
            if ([System.IO.File]::Exists($file)) { continue }
            [System.Console]::Error.WriteLine("venvhook: $file is gone; install venvhook again")
            $script:code = 127
            return
        }
        if ($called.ExpectingInput) { $call = [System.Management.Automation.ScriptBlock]::Create("`$input | $call"); $input | . $call }
        else { . $call }
        $script:code = $LASTEXITCODE
    }
    $word = ''; if ($own) { $word = $words[0] }
    # Before the first prompt nothing is entered; only what off and on say is noted.
    if ($ready.prompt) { & $command $word } elseif ($word) { $st.off = $word -ceq 'off' }
} }
if ($MyInvocation.ExpectingInput) { $input | & (& $function:global:venvhook.Module { $serve }) $MyInvocation $PSCommandPath $args }
else { & (& $function:global:venvhook.Module { $serve }) $MyInvocation $PSCommandPath $args }
exit (& $function:global:venvhook.Module { $code })

# Completion of the command venvhook for PowerShell 7 and Windows PowerShell 5.1. The hook reads this file at the first TAB. Only
# where interpreters are to be named is anything started.
$completer = {
    param($current, $ast, $cursor)
    $rows = '@VENVHOOK_TABLE@'.Split("`n") # COMMAND|WORD|TAKES|HELP
    # What an option of a command takes, or (the option empty) its argument of that number.
    $takes = { param($command, $word, $nth)
        foreach ($row in $rows) {
            $field = $row.Split('|')
            if ($field[0] -ceq $command -and $field[1] -ceq $word -and $nth-- -eq 0) { return $field[2] }
        }
        ''
    }
    $offer = { param($word, $help)
        if (-not $word.StartsWith($current, [System.StringComparison]::OrdinalIgnoreCase)) { return }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $(if ($help) { $help } else { $word }))
    }
    # The options of a command, or (without one) the commands.
    $offer_words = { param($command)
        foreach ($row in $rows) {
            $field = $row.Split('|')
            if ($field[0] -ceq $command -and $field[1] -and ($current.StartsWith('-') -or -not $field[1].StartsWith('-'))) {
                & $offer $field[1] $field[3]
            }
        }
    }
    # PowerShell completes a path as a pattern, with a backquote before what is special in one. The command takes no patterns:
    # it gets the path itself, quoted where that is needed.
    $offer_folder = { param($found)
        $path = $found.CompletionText
        if ($path -cmatch '^(["''])(.*)\1$') { $path = $matches[2]; if ($matches[1] -ceq "'") { $path = $path -replace "''", "'" } }
        $path = [System.Management.Automation.WildcardPattern]::Unescape($path)
        if ($path -cmatch '[^\w./\\:~+-]' -or $path -cmatch '^-') {
            $path = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($path) + "'"
        }
        [System.Management.Automation.CompletionResult]::new($path, $found.ListItemText, 'ProviderContainer', $found.ToolTip)
    }
    # The names of the interpreters. What a program leaves behind is taken back: TAB changes nothing.
    $interpreters = {
        $code = $global:LASTEXITCODE
        try { & $python '-I' '-X' 'utf8' "$launcher" 'cli' 'pythons' '--names' 2>$null }
        finally {
            if ($null -eq $code) { $session.PSVariable.Remove('global:LASTEXITCODE') } else { $global:LASTEXITCODE = $code }
        }
    }
    $offer_taken = { param($kind)
        if ($kind -ceq '@folder') {
            foreach ($found in [System.Management.Automation.CompletionCompleters]::CompleteFilename($current)) {
                if ($found.ResultType -eq 'ProviderContainer') { & $offer_folder $found }
            }
        } elseif ($kind -ceq '@command' -or $kind -ceq '@line') {
            [System.Management.Automation.CompletionCompleters]::CompleteCommand($current)
        } elseif ($kind -ceq '@python') {
            foreach ($name in (& $interpreters)) { & $offer $name '' }
        } elseif ($kind -and $kind -cne '@text') {
            foreach ($word in $kind.Split(' ')) { & $offer $word '' }
        }
    }

    $command = ''; $option = ''; $options = $true; $nth = 0
    $top = $null; if ($global:Error.Count) { $top = $global:Error[0] }
    foreach ($element in $ast.CommandElements) {
        $word = $element.Extent.Text
        if ($element.Extent.StartOffset -eq $ast.Extent.StartOffset -or $element.Extent.EndOffset -ge $cursor) { continue }
        if ($option) { $option = '' }
        elseif ($options -and $word -ceq '--') { $options = $false }
        elseif ($options -and $word.StartsWith('-')) { $option = & $takes $command $word 0 }
        elseif (-not $command) { $command = $word }
        elseif ((& $takes $command '' $nth) -ceq '@line') { return } # then PowerShell names files
        else { $nth++ }
    }
    try {
        if ($option) { & $offer_taken $option }
        elseif (-not $command -or ($options -and $current.StartsWith('-'))) { & $offer_words $command }
        else { & $offer_taken (& $takes $command '' $nth) }
    } finally {
        while ($global:Error.Count -and -not [System.Object]::ReferenceEquals($global:Error[0], $top)) { $global:Error.RemoveAt(0) }
    }
}
Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName venvhook -ScriptBlock $completer

# What `venvhook doctor` asks of a live PowerShell: sourced there, with the path of the file for the answer. The answer are keys
# and values, a NUL behind each; doctor.py says which.
& {
    # A locked-down shell calls no methods of .NET and has no hook: two facts, by cmdlets alone.
    if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') {
        Microsoft.PowerShell.Management\Set-Content -LiteralPath "$($args[0]).new" -NoNewline -Encoding ascii -Value (
            "version`0$($PSVersionTable.PSVersion)`0language`0$($ExecutionContext.SessionState.LanguageMode)`0")
        Microsoft.PowerShell.Management\Move-Item -LiteralPath "$($args[0]).new" -Destination $args[0]
        return
    }
    # In a module no variable of the user's is in the way, AllScope and readonly.
    Microsoft.PowerShell.Core\New-Module -ReturnResult -ArgumentList $args[0] -ScriptBlock {
        param($answer)
        Microsoft.PowerShell.Core\Set-StrictMode -Off
        $ErrorActionPreference = 'Continue'
        $facts = [System.Text.StringBuilder]::new()
        $fact = { param($key, $value) $null = $facts.Append($key).Append([char]0).Append("$value").Append([char]0) }
        & $fact version "$($PSVersionTable.PSVersion)"
        & $fact language FullLanguage
        foreach ($name in 'VENVHOOK_DISABLE', 'VIRTUAL_ENV_DISABLE_PROMPT', 'VIRTUAL_ENV', 'CONDA_DEFAULT_ENV') {
            & $fact $name ([System.Environment]::GetEnvironmentVariable($name))
        }
        & $fact prompt "$function:global:prompt"
        foreach ($name in 'cd', 'Set-Location', 'Push-Location', 'Pop-Location') {
            $command = $ExecutionContext.InvokeCommand.GetCommand($name, 'Alias, Function')
            if ($command -and $command.Definition -notmatch '^(Set|Push|Pop)-Location$') { & $fact cd $command.Definition }
        }
        foreach ($name in 'python', 'python3', 'pip') {
            $command = $ExecutionContext.InvokeCommand.GetCommand($name, 'Alias')
            if ($command) { & $fact alias "$name=$($command.Definition)" }
        }
        foreach ($command in Microsoft.PowerShell.Management\Get-ChildItem -LiteralPath Function:) { & $fact function $command.Name }
        foreach ($module in Microsoft.PowerShell.Core\Get-Module) { & $fact function $module.Name }
        $hook = $function:global:venvhook
        if ($hook -and "$($hook.Module)" -ceq 'venvhook') {
            & $hook.Module {
                param($fact)
                & $fact python $python
                & $fact launcher $launcher
                foreach ($below in $st.prompts) { & $fact prompt "$below" }
                $prompts = ([object]::ReferenceEquals($function:global:prompt, $draw) -or $st.depth) -and
                    -not $events.GetCommand('prompt', 'Alias')
                & $fact $(if ($prompts) { 'live' } else { 'dead' }) prompt
                if ($st.action) {
                    $others = $events.LocationChangedAction
                    $there = $others -and [Array]::IndexOf($others.GetInvocationList(), $st.action) -ge 0
                    & $fact $(if ($there) { 'live' } else { 'dead' }) LocationChangedAction
                }
                # What a prompt costs, with an empty one in the place of the user's.
                $theirs = $st.prompts
                try {
                    $st.prompts = @({ '' })
                    $null = & $draw
                    $watch = [System.Diagnostics.Stopwatch]::StartNew()
                    foreach ($at in 1..100) { $null = & $draw }
                    & $fact microseconds ([int]($watch.Elapsed.TotalMilliseconds * 10))
                } finally { $st.prompts = $theirs }
            } $fact
        }
        [IO.File]::WriteAllText("$answer.new", "$facts", [System.Text.UTF8Encoding]::new($false))
        [IO.File]::Move("$answer.new", $answer)
    }
} $args[0]

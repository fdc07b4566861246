# What direnv does in PowerShell: at each change of folder, and at no prompt, it is asked what has to be exported. It answers
# names with their new values, and no value where a variable goes.
& {
    $changed = [System.EventHandler[System.Management.Automation.LocationChangedEventArgs]] {
        $answer = direnv export json
        if (-not $answer) { return }
        foreach ($each in (ConvertFrom-Json "$answer").PSObject.Properties) {
            if ($null -eq $each.Value) { Remove-Item -LiteralPath "Env:$($each.Name)" -ErrorAction Ignore }
            else { Set-Item -LiteralPath "Env:$($each.Name)" -Value $each.Value }
        }
    }
    $commands = $ExecutionContext.SessionState.InvokeCommand
    $commands.LocationChangedAction = [System.Delegate]::Combine($commands.LocationChangedAction, $changed)
}

# venvhook's hook for PowerShell 7 and Windows PowerShell 5.1. It notices where the shell is (prompt-2.ps1), and reads plans
# (plan-2.ps1): data from the helper that says what entering a project does, and when that no longer holds. It decides nothing
# else. This file waits for the first prompt of a session that somebody types in. It is read by every session, and each kind of
# statement that PowerShell has not met before takes it milliseconds: so it holds few, and what can wait is in blocks.
# Three rules run through all of it. Nothing private is called by a name that a user's alias, function or class could take:
# private parts are script blocks in a module's variables, cmdlets carry their module, types their whole name. No path is
# compared with -eq or -ceq, which follow a culture: "e" and a combining accent equal the accented letter there. And no
# cmdlet of a module that is not loaded yet is called on the usual way: loading Microsoft.PowerShell.Utility takes 30 ms.
#
# What PowerShell 7 has and 5.1 lacks        how 5.1 is served
#   LocationChangedAction                    the prompt does all the work
#   $IsWindows                               the separator of folders tells (prompt-2.ps1)
#   Process.Start(file, arguments), 7.1      ProcessStartInfo.Arguments, quoted for Windows (plan-2.ps1)
#   arguments passed as they are, 7.3        the command quotes them itself (command-2.ps1); `&&` and `||` do not exist there
#   $MyInvocation.Statement, 7.5             the call stack has the line that was typed (command-2.ps1)
#   Directory.ResolveLinkTarget, 7.2         ceilings go by their names; what a plan's links lead to, the helper lists
#   UnixStat 7.1, IsPrivilegedProcess 7.4    not needed: the kept plans are in the user's own folder of Windows, and a
#                                            file there is known by its time and length
#   empty environment variables, 7.5         an empty value removes the variable
# Any other member that is used has been in .NET Framework 4.5 and Windows PowerShell 5.1 (a test has the list).
& {
    # A locked-down session (AppLocker, WDAC) gets no hook, and no error either. (FullLanguage is 0.)
    if ($ExecutionContext.SessionState.LanguageMode) { return }
    # (No variable outside of the module: one of the user's that is AllScope and readonly would be in its place.)
    if ($function:global:venvhook -and "$($function:global:venvhook.Module)" -ceq 'venvhook') {
        & $function:global:venvhook.Module { $st.renewed = $true; $st.calm = $false; & $await }
        return
    }

    # The second argument is run with `.`: an alias belongs to the scope that sets it, here the shell's own.
    $null = Microsoft.PowerShell.Core\New-Module -Name venvhook -ArgumentList $ExecutionContext.SessionState, {
        $alias:venvhook = "$args"
    } -ScriptBlock {
        param($session, $set_alias)
        # The module has its own strictness and preferences, so that the user's cannot reach the code below.
        Microsoft.PowerShell.Core\Set-StrictMode -Off
        $ErrorActionPreference = 'Continue'; $PSNativeCommandUseErrorActionPreference = $false
        $WhatIfPreference = $false; $ConfirmPreference = 'None'

        # Literals that installing fills in. In $parts are the files that the hook reads when it needs them.
        $python = '@VENVHOOK_PYTHON@'; $launcher = '@VENVHOOK_LAUNCHER@'; $parts = '@VENVHOOK_PARTS@'
        $cache = '@VENVHOOK_CACHE@'; $ceiling = '@VENVHOOK_CEILING@'

        $st = @{ asked = $false; off = $false; renewed = $false } # the shell's state until the first prompt
        $ready = @{} # the parts of the hook that have been read
        $events = $session.InvokeCommand

        # What is read later: `interactive` with the first command, `prompt` with the first prompt, `plan` with the first project.
        # False where the file is gone.
        $prepare = { [System.Diagnostics.DebuggerHidden()]param($part)
            $file = "$parts/$part-2.ps1"
            if (-not $ready[$part] -and [System.IO.File]::Exists($file)) {
                # What is hidden from debuggers is not in the trace of Set-PSDebug either.
                $hidden = '[System.Diagnostics.DebuggerHidden()]param('
                $text = [System.IO.File]::ReadAllText($file).Replace('{ param(', "{ $hidden")
                . ([System.Management.Automation.ScriptBlock]::Create("$hidden)$text"))
                $ready[$part] = $true
            }
            $ready[$part]
        }
        # PowerShell says which command it is about to look up, and what is put under that name now is what it finds. The first
        # name of all comes when there is time to ask whether anybody types here. Until the host asks for its first prompt,
        # profiles are read: nothing is done in them, and one that is read later may replace the prompt.
        $await = { [System.Diagnostics.DebuggerHidden()]param()
            $others = $events.PreCommandLookupAction
            if (-not $others -or [System.Array]::IndexOf($others.GetInvocationList(), $waiting) -lt 0) {
                $events.PreCommandLookupAction = [System.Delegate]::Combine($others, $waiting)
            }
        }
        $stop_waiting = { [System.Diagnostics.DebuggerHidden()]param() $events.PreCommandLookupAction = [System.Delegate]::Remove($events.PreCommandLookupAction, $waiting) }
        $waiting = [System.EventHandler[System.Management.Automation.CommandLookupEventArgs]] {
            [System.Diagnostics.DebuggerHidden()]param($name, $lookup)
            if (-not $st.asked) {
                $st.asked = $true
                # Started as most are? The rest takes 30 ms to find out.
                $words = [System.Environment]::GetCommandLineArgs(); $usual = @{ '-nologo' = 1; '-login' = 1; '-l' = 1; '-i' = 1 }
                $plain = ($words.Length -eq 1 -or ($words.Length -eq 2 -and $usual[$words[1]])) -and
                    -not [System.Console]::IsInputRedirected -and $PSVersionTable.PSVersion.Major -ge 7 -and
                    [System.String]::Equals($Host.Name, 'ConsoleHost')
                if (-not $plain -and -not ((& $prepare interactive) -and (& $interactive))) {
                    & $stop_waiting
                    $left = "$($function:global:venvhook.Module)" -ceq 'venvhook'
                    if ($left) { $session.InvokeProvider.Item.Remove('function:venvhook', $false) }
                    return
                }
            }
            if ([System.String]::Equals($lookup.CommandName, 'venvhook')) { . $set_alias "$parts/command-2.ps1" }
            if (-not [System.String]::Equals($lookup.CommandName, 'prompt') -or $lookup.CommandOrigin -ne 'Runspace') { return }
            foreach ($frame in [System.Management.Automation.Runspaces.Runspace]::DefaultRunspace.Debugger.GetCallStack()) {
                if ($frame.ScriptName -and -not [System.String]::Equals($frame.ScriptName, $await.File)) { return } # a script asks
            }
            & $stop_waiting
            . $set_alias "$parts/command-2.ps1"
            if (& $prepare prompt) { & $arm }
            else { [System.Console]::Error.WriteLine("venvhook: $parts/prompt-2.ps1 is gone; install venvhook again") }
        }

        # The name is an alias of a script file, for only a script can set $?. The function of that name is there where the
        # file is gone ($look takes the alias away), and is how the hook finds its module when it is loaded again.
        function global:venvhook {
            if ([System.IO.File]::Exists("$parts/command-2.ps1")) { & "$parts/command-2.ps1" @args }
            elseif ($ready.prompt -and ("$args" -ceq 'on' -or "$args" -ceq 'off')) { & $command "$args" }
            else { [System.Console]::Error.WriteLine('venvhook: it is no longer installed; open a new shell') }
        }

        # Most often nobody waits for that yet. To call the block takes 2 ms here.
        if ($events.PreCommandLookupAction) { & $await } else { $events.PreCommandLookupAction = $waiting }
    }
}

# venvhook's hook for PowerShell 7 and Windows PowerShell 5.1. It notices where the shell is (prompt-2.ps1), and reads plans
# (plan-2.ps1): data from the helper that says what entering a project does, and when that no longer holds. It decides nothing
# else. This file decides whether there is anything to do in this session, and waits for its first prompt.
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
#   UnixFileMode 7.3, UnixStat 7.1,          not needed: the kept plans are in the user's own folder of Windows, and a
#     IsPrivilegedProcess 7.4                file there is known by its time and length
#   empty environment variables, 7.5         an empty value removes the variable
# Any other member that is used has been in .NET Framework 4.5 and Windows PowerShell 5.1 (a test has the list).
& {
    # A locked-down session (AppLocker, WDAC) and a PowerShell that is too old get no hook, and no error either.
    # (FullLanguage is 0. To compare it, or versions, with texts would take 10 ms here.)
    if ($ExecutionContext.SessionState.LanguageMode) { return }
    $version = $PSVersionTable.PSVersion
    if ($version.Major -lt 7 -and ($version.Major -ne 5 -or $version.Minor -lt 1)) { return }
    $loaded = $function:global:venvhook
    if ($loaded -and "$($loaded.Module)" -ceq 'venvhook') { & $loaded.Module { $st.renewed = $true; $st.calm = $false; & $await }; return }

    # Interactive? An editor's host is. A console is when somebody can type, and it was started with nothing to run or goes on
    # after it. What is loaded proves nothing. (How it is started most often is looked at first: the rest takes 10 ms.)
    if ($Host.Name -cne 'ConsoleHost') {
        if ($Host.Name -cne 'Visual Studio Code Host' -and $Host.Name -cne 'Windows PowerShell ISE Host') { return }
    } else {
        if ([System.Console]::IsInputRedirected) { return }
        $words = [System.Environment]::GetCommandLineArgs(); $plain = $true
        for ($i = 1; $i -lt $words.Length; $i++) { if ('-nologo', '-login', '-l', '-i' -notcontains $words[$i]) { $plain = $false } }
        # pwsh's parameters in the order in which CommandLineParameterParser tries them: how much of a name is enough, and
        # whether a value follows. The first word that is none of them is a script.
        if (-not $plain -and -not (& {
                    $stays = $false
                    for ($i = 1; $i -lt $words.Length; $i++) {
                        $word = $words[$i].ToLowerInvariant(); $does = 'runs'; $name = ''
                        if ($word -ceq '-') { break } # commands from the keyboard, with prompts
                        if ($word -cmatch '^[-/\u2013-\u2015]{1,2}([a-z]+)$') {
                            $word = $matches[1]
                            foreach ($row in 'version 1 value', 'login 1', 'noexit 3 stays', 'noprofile 3', 'nologo 3',
                                'noninteractive 4 runs', 'socketservermode 2 runs', 'servermode 1 runs',
                                'namedpipeservermode 3 runs', 'sshservermode 4 runs', 'noprofileloadtime 17', 'interactive 1',
                                'configurationfile 17 value', 'configurationname 6 value', 'custompipename 3 value',
                                'command 1 runs', 'windowstyle 1 value', 'file 1 file', 'outputformat 1 value', 'of 2 value',
                                'inputformat 3 value', 'if 2 value', 'executionpolicy 2 value', 'ep 2 value',
                                'encodedcommand 1 runs', 'encodedarguments 8 value', 'ea 2 value', 'settingsfile 8 value',
                                'sta 3', 'mta 3', 'workingdirectory 2 value', 'wd 2 value', 'psconsolefile 3 value') {
                                $name, $enough, $kind = $row.Split(' ')
                                if ($word.Length -ge $enough -and $name.StartsWith($word, [System.StringComparison]::Ordinal)) {
                                    $does = "$kind"
                                    break
                                }
                            }
                        }
                        if ($does -ceq 'stays') { $stays = $true }
                        elseif ($does -ceq 'value') { $i++ }
                        elseif ($does -ceq 'file' -and $i + 1 -lt $words.Length -and $words[$i + 1] -ceq '-') { break }
                        # What follows is the command's or the script's own. -NonInteractive is the user's word for it.
                        elseif ($does) { return $stays -and $name -cne 'noninteractive' }
                    }
                    $true
                })) { return }
    }

    $launcher = '@VENVHOOK_LAUNCHER@'
    $parts = [System.IO.Path]::GetDirectoryName($launcher) # where the files are that the hook reads when it needs them
    $null = Microsoft.PowerShell.Core\New-Module -Name venvhook -ArgumentList $ExecutionContext.SessionState, $launcher, $parts -ScriptBlock {
        param($session, $launcher, $parts)
        # The module has its own strictness and preferences, so that the user's cannot reach the code below.
        Microsoft.PowerShell.Core\Set-StrictMode -Off
        $ErrorActionPreference = 'Continue'; $PSNativeCommandUseErrorActionPreference = $false
        $WhatIfPreference = $false; $ConfirmPreference = 'None'

        # Literals that installing fills in, as is the launcher above.
        $python = '@VENVHOOK_PYTHON@'; $cache = '@VENVHOOK_CACHE@'; $ceiling = '@VENVHOOK_CEILING@'

        $marker = '.venvhook.toml'; $missing = 504911232000000000 # the ticks that .NET gives for a file that is not there
        $events = $session.InvokeCommand
        # The shell's state: the project entered, its plan, the project left by hand; the place looked at last (PowerShell has
        # one object for it until the folder is changed), the project found for it, and where a marker would be nearer.
        # calm: nothing is to be done at a prompt, as long as the place, those markers and the plan are the same. renewed: PATH
        # may have lost our folders, for a startup file was read again.
        $st = @{ here = ''; plan = $null; paused = ''; place = $null; project = ''; nearer = @(); calm = $false; renewed = $false; off = $false
            depth = 0; prompts = @(); drawn = $false; scripted = $false; action = $null; waiting = $null; bin = ''; theirs = $null
            saved = $null; judged = $null; shown = $false; inherited = [System.Boolean]$env:VENVHOOK_PROJECT }
        $known = [System.Collections.Generic.Dictionary[System.String, System.Object]]::new() # plans; ordinal, as a @{} is not
        $told = [System.Collections.Generic.List[System.String]]::new() # each trouble is told once
        $later = [System.Collections.Generic.List[System.String]]::new() # lines for the next prompt
        $ready = [System.Collections.Generic.List[System.String]]::new() # the parts of the hook that have been read

        # What is read later: `prompt` with the first prompt, `plan` with the first project. False where the file is gone.
        $prepare = { param($part)
            $file = "$parts/$part-2.ps1"
            if (-not $ready.Contains($part) -and [System.IO.File]::Exists($file)) {
                . ([System.Management.Automation.ScriptBlock]::Create([System.IO.File]::ReadAllText($file)))
                $ready.Add($part)
            }
            $ready.Contains($part)
        }
        # Until the host asks for its first prompt, profiles are read: nothing is done in them, and one that is read later may
        # replace the prompt. The host looks `prompt` up, and what is put under that name now is what this very lookup finds.
        $await = {
            if (-not $st.waiting) {
                $st.waiting = [System.EventHandler[System.Management.Automation.CommandLookupEventArgs]] {
                    param($name, $lookup)
                    if ($lookup.CommandOrigin -ne 'Runspace' -or $lookup.CommandName -cne 'prompt') { return }
                    foreach ($frame in [System.Management.Automation.Runspaces.Runspace]::DefaultRunspace.Debugger.GetCallStack()) {
                        if ($frame.ScriptName -and -not [System.String]::Equals($frame.ScriptName, $own)) { return } # a script asks
                    }
                    $events.PreCommandLookupAction = [System.Delegate]::Remove($events.PreCommandLookupAction, $st.waiting)
                    if (& $prepare prompt) { & $arm }
                }
            }
            $others = $events.PreCommandLookupAction
            if ($null -eq $others -or [System.Array]::IndexOf($others.GetInvocationList(), $st.waiting) -lt 0) {
                $events.PreCommandLookupAction = [System.Delegate]::Combine($others, $st.waiting)
            }
        }
        $own = $await.File

        # The name is an alias of a script file, for only a script can set $?. The function of that name is there where the
        # file is gone, and is how the hook finds its module when it is loaded again.
        function global:venvhook {
            if ([System.IO.File]::Exists("$parts/command-2.ps1")) { & "$parts/command-2.ps1" @args }
            else { [System.Console]::Error.WriteLine('venvhook: it is no longer installed; open a new shell') }
        }

        & $await
    }
    "$parts/command-2.ps1"
} | . { process { $alias:venvhook = "$_" } } # an alias belongs to the scope that sets it: here the shell's own

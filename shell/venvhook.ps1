# venvhook's hook for PowerShell 7 and Windows PowerShell 5.1. It notices where the shell is, and reads plans: data from the
# helper that says what entering a project does, and when that no longer holds. It decides nothing else.
# Two rules run through all of it. Nothing private is called by a name that a user's alias, function or class could take:
# private parts are script blocks in a module's variables, cmdlets carry their module, types their namespace. And no path is
# compared with -eq or -ceq, which follow a culture: "e" and a combining accent equal the accented letter there.
& {
    $loaded = $function:global:venvhook
    if ($loaded -and "$($loaded.Module)" -ceq 'venvhook') { & $loaded.Module { & $arm }; return }
    # Interactive? PSReadLine is loaded before the profile in interactive sessions and in no others. Without it: the hosts of
    # editors, and a console started with nothing to run (Windows leaves PSReadLine out when a screen reader is on).
    if (-not ('Microsoft.PowerShell.PSConsoleReadLine' -as [type]) -and
        $Host.Name -notmatch '^(Visual Studio Code|Windows PowerShell ISE) Host$') {
        $line = [System.Environment]::GetCommandLineArgs()
        if ($Host.Name -cne 'ConsoleHost' -or
            [string]::Join(' ', $line, 1, $line.Length - 1) -notmatch '^((-nologo|-noexit|-login|-l|-interactive|-i) ?)*$') { return }
    }
    $commands = $ExecutionContext.SessionState.InvokeCommand
    $null = Microsoft.PowerShell.Core\New-Module -Name venvhook -ArgumentList $commands -ScriptBlock {
        param($events)
        # The module has its own strictness and preferences, so that the user's cannot reach the code below.
        Microsoft.PowerShell.Core\Set-StrictMode -Off
        $ErrorActionPreference = 'Continue'; $PSNativeCommandUseErrorActionPreference = $false
        $WhatIfPreference = $false; $ConfirmPreference = 'None'

        # Literals that installing fills in.
        $python = '@VENVHOOK_PYTHON@'; $launcher = '@VENVHOOK_LAUNCHER@'; $cache = '@VENVHOOK_CACHE@'
        $ceiling = '@VENVHOOK_CEILING@'

        $marker = '.venvhook.toml'; $missing = 504911232000000000 # the ticks that .NET gives for a file that is not there
        $separator = [string][IO.Path]::PathSeparator
        $unset = [NullString]::Value # as an argument, $null would become an empty text
        # The shell's state: the project entered, its plan, the project left by hand; the folder looked at last, and the
        # project found for it.
        $st = @{ here = ''; plan = $null; paused = ''; folder = ''; project = ''; blind = $false; off = $false; ready = $false
            plans = $false; depth = 0; prompts = @(); drawn = $false; action = $null; theirs = $null; saved = $null
            inherited = [bool]$env:VENVHOOK_PROJECT }
        $known = [Collections.Generic.Dictionary[string, object]]::new() # plans by project; ordinal, as a @{} is not
        $stale = { $false } # until plan-2.ps1 is read, there is no plan that could be

        # One line for the person.
        $say = { param($text) [System.Console]::Error.WriteLine("venvhook: $text") }
        $complain = { param($trouble) & $say "$($trouble.Exception.Message.Split("`n")[0].Trim()); to try again: venvhook on" }

        # ---- plans: kept, or asked for --------------------------------------------------------------------------------

        # The helper's answer. The user's $LASTEXITCODE stays, undefined too.
        $ask = {
            if (-not ([IO.File]::Exists($python) -and [IO.File]::Exists($launcher))) {
                throw "its Python or its launcher is gone ($python, $launcher): install venvhook again"
            }
            $code = $global:LASTEXITCODE
            try {
                $text = (& $python -I -S -X utf8 $launcher hook 2 @args) -join "`n"
                if ($global:LASTEXITCODE -or -not $text) { throw 'the helper failed' }
                $text
            } finally {
                if ($null -ne $code) { $global:LASTEXITCODE = $code }
                else { Microsoft.PowerShell.Utility\Remove-Variable -Name LASTEXITCODE -Scope Global -ErrorAction Ignore }
            }
        }
        # The plan for a project: one that this shell has read already, else the kept one, else the helper's answer, which is
        # taken even if it is stale at once: then the next prompt asks again.
        $load = { param($project)
            $plan = $null
            if ($known.TryGetValue($project, [ref]$plan) -and -not (& $stale $plan)) { return $plan }
            if (-not $st.plans) {
                & ([scriptblock]::Create([IO.File]::ReadAllText("$([IO.Path]::GetDirectoryName($launcher))/plan-2.ps1")))
                $st.plans = $true
            }
            $plan = & $read $project
            if (-not $plan) { $plan = & $fetch $project }
            $known[$project] = $plan
            $plan
        }
        $read = { param($project)
            $kept = "$cache/plans/" + ($project -replace '^([A-Za-z]):', '$1') + '/.venvhook-2.ps1'; $plan = $null
            if ([IO.File]::Exists($kept)) {
                try { if (& $mine $kept) { $plan = & ([scriptblock]::Create([IO.File]::ReadAllText($kept))) } }
                catch { $plan = $null } # torn
            }
            if ($plan -and [string]::Equals($plan.project, $project) -and -not (& $stale $plan)) { $plan }
        }
        $fetch = { param($project)
            $st.plan = & $none $project # Ctrl-C leaves it at that
            & ([scriptblock]::Create((& $ask plan pwsh $project)))
        }

        # ---- the state machine ----------------------------------------------------------------------------------------

        $enter = { param($plan)
            if ($plan.notice) { & $say $plan.notice }
            if ($plan.sign) { & $begin $plan; & $apply $plan }
        }
        $leave = { param($plan) if ($plan.sign) { & $end; & $revert $plan } }
        $quit = { $plan = $st.plan; $st.here = ''; $st.plan = $null; if ($plan) { & $leave $plan } }
        # (No "is": .NET cannot tell cheaply that two paths are one folder. By the other path the project is another one.)

        # The nearest folder upwards that holds a marker, or ''.
        $find = { param($folder)
            $list = [System.Environment]::GetEnvironmentVariable('VENVHOOK_CEILING')
            if ($null -eq $list) { $list = $ceiling }
            $ceilings = @(if ($list) { foreach ($c in $list.Split($separator)) { if ($c) { [IO.Path]::GetDirectoryName("$c/x") } } })
            $st.blind = [Array]::IndexOf($ceilings, $folder) -ge 0 # then the prompt does not look into it either
            while ($folder -and [Array]::IndexOf($ceilings, $folder) -lt 0) {
                # The time rather than Exists: one call that sees a folder of that name too, which is for the helper to tell.
                try { if ([IO.File]::GetLastWriteTimeUtc("$folder/$marker").Ticks -ne $missing) { return $folder } }
                catch { } # unreadable
                $folder = [IO.Path]::GetDirectoryName($folder)
            }
            ''
        }
        # At every prompt and cd; most often nothing has changed. ("reconcile" is part of it: a call costs 10 us.)
        $step = { param($folder)
            if ($st.inherited) { & $recover }
            $project = ''
            if (-not ($st.off -or $env:VENVHOOK_DISABLE)) {
                # In the folder of last time, a marker in it is all that could have come or gone nearer than the known one.
                if (-not [string]::Equals($folder, $st.folder) -or
                    (-not $st.blind -and [IO.File]::Exists("$folder/$marker") -ne [string]::Equals($folder, $st.project))) {
                    $st.project = & $find $folder; $st.folder = $folder
                }
                $project = $st.project
            }
            if ($st.plan.sign) { & $by_hand $st.plan }
            if ($st.paused -and -not [string]::Equals($project, $st.paused)) { $st.paused = '' }
            if ([string]::Equals($project, $st.here)) {
                if (-not $project -or -not (& $stale $st.plan)) { return }
                $project = $st.project = & $find $folder # it may be the marker that has gone
            }
            if ([string]::Equals($project, $st.paused)) { $project = '' }
            & $turn $project
        }
        # From what is entered to a project, or to none: the other one goes first, so that the next plan is read without it.
        # ("switch" in the other shells: $switch is PowerShell's own.)
        $turn = { param($project)
            $old = $st.plan
            if ($old -and -not [string]::Equals($project, $st.here)) { & $quit; $old = $null }
            if (-not $project) { return }
            # Noted before the helper can start: Ctrl-C, or an error, must not bring it back at each prompt.
            $st.here = $project; $st.plan = @{}; $new = $null; $same = $false
            try { $new = & $load $project }
            finally {
                if ($old -and $new) { $same = [string]::Equals($old.id, $new.id) }
                if ($old -and -not $same) { & $leave $old }
                if ($new) { $st.plan = $new } # the same again, too: it may rest on something else
            }
            if (-not $same) { & $enter $new }
        }
        # The shell that started us was in a project: undo that first.
        $recover = {
            $st.inherited = $false
            try { & ([scriptblock]::Create((& $ask undo pwsh))) } catch { & $complain $_ }
        }

        # ---- triggers and commands ------------------------------------------------------------------------------------

        # Both triggers come here. Whatever happens: no exception (it would drop the rest of the user's line), no trace in $Error.
        $look = { param($place)
            if ($place.Provider.Name -cne 'FileSystem' -or -not $place.ProviderPath) { return }
            if (-not $st.ready) {
                # A cd in the profile waits for the first prompt.
                $running = @((Microsoft.PowerShell.Utility\Get-PSCallStack).ScriptName)
                foreach ($file in $PROFILE.PSObject.Properties.Value) { if ([Array]::IndexOf($running, $file) -ge 0) { return } }
                # Our prompt would have come first: a later profile has replaced it.
                $st.ready = $true; & $arm
            }
            $top = $null; if ($global:Error.Count) { $top = $global:Error[0] }
            try { & $step ([IO.Path]::GetDirectoryName("$($place.ProviderPath)/x")) } # a drive's root ends with a separator
            catch { & $complain $_ }
            finally {
                while ($global:Error.Count -and -not [object]::ReferenceEquals($global:Error[0], $top)) { $global:Error.RemoveAt(0) }
            }
        }
        # The prompt, and in front of what it shows the project's label.
        $draw = {
            $ok = $?; $depth = $st.depth++ # above 0: a prompt that wraps ours, and that we have wrapped again
            try {
                if ($depth -eq 0) { $st.ready = $true; $st.drawn = $false; & $look $global:PWD }
                $below = $st.prompts[-1 - $depth]
                if (-not $ok) { Microsoft.PowerShell.Utility\Write-Error '' -ErrorAction Ignore } # $? is false again
                $text = & $below
            } finally { $st.depth = $depth }
            # $st.drawn: we were called by the prompt of an activate script that has just been undone, and has drawn its name.
            if ($depth -or $st.drawn -or -not $st.plan.label -or $env:VIRTUAL_ENV_DISABLE_PROMPT) { return $text }
            $text = [string]@($text)[0]; $body = $text.TrimStart("`r", "`n") # a host shows the first; its blank lines stay in front
            $text.Substring(0, $text.Length - $body.Length) + $st.plan.label + $body
        }
        $arm = {
            # 5.1 has no such event: there the prompt does all the work.
            if ('System.Management.Automation.LocationChangedEventArgs' -as [type]) {
                if (-not $st.action) {
                    $st.action = [System.EventHandler[System.Management.Automation.LocationChangedEventArgs]] {
                        param($from, $change) & $look $change.NewPath
                    }
                }
                $others = $events.LocationChangedAction
                # Ours first: a handler that throws stops those behind it.
                if ($null -eq $others -or [Array]::IndexOf($others.GetInvocationList(), $st.action) -lt 0) {
                    $events.LocationChangedAction = [System.Delegate]::Combine($st.action, $others)
                }
            }
            $now = $function:global:prompt
            if (-not [object]::ReferenceEquals($now, $draw)) { $st.prompts += $now; $function:global:prompt = $draw }
        }
        # The command, run by the helper's interpreter; on and off are this shell's own. ($? is true after any function, and
        # so after a failing command; $LASTEXITCODE is right.)
        function global:venvhook {
            $word = ''; if ($args.Count -eq 1) { $word = "$($args[0])" }
            if ($word -ceq 'off') { $st.off = $true }
            elseif ($word -ceq 'on') { $st.off = $false; $st.paused = ''; $known.Clear(); if ($st.here -and -not $st.plan.sign) { & $quit } }
            elseif ($MyInvocation.ExpectingInput) { $input | & $python -I -X utf8 $launcher cli @args }
            else { & $python -I -X utf8 $launcher cli @args }
            # The helper gave no plan: try again. What is only a notice is said again by on.
            if ($st.here -and -not $st.plan.id) { & $quit }
            & $look $global:PWD
        }

        # Completion: read at the first TAB. (PowerShell asks a "native" completer for a function without parameters too.)
        $complete = {
            $completer = $null # which the file sets
            . ([scriptblock]::Create([IO.File]::ReadAllText("$([IO.Path]::GetDirectoryName($launcher))/complete.ps1")))
            & $completer @args
        }

        & $arm
        Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName venvhook -ScriptBlock $complete
        Microsoft.PowerShell.Core\Export-ModuleMember
    }
}

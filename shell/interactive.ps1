# Does somebody type in this session? Not in a script's, and so the hook leaves that alone; nor does it act in a PowerShell that
# is too old. The hook reads this file, in its module, before the first command that is looked up. The number in the name it is
# installed under is the interface between the hook and this file.
# An editor's host is interactive. A console is when somebody can type, and it was started with nothing to run or goes on after
# it. What is loaded proves nothing.
$script:interactive = { param()
    $version = $PSVersionTable.PSVersion
    if ($version.Major -lt 7 -and ($version.Major -ne 5 -or $version.Minor -lt 1)) { return $false }
    if ($Host.Name -cne 'ConsoleHost') {
        return $Host.Name -ceq 'Visual Studio Code Host' -or $Host.Name -ceq 'Windows PowerShell ISE Host'
    }
    if ([System.Console]::IsInputRedirected) { return $false }
    $words = [System.Environment]::GetCommandLineArgs(); $stays = $false
    # pwsh's parameters in the order in which CommandLineParameterParser tries them: how much of a name is enough, and
    # whether a value follows. The first word that is none of them is a script.
    for ($i = 1; $i -lt $words.Length; $i++) {
        $word = $words[$i].ToLowerInvariant(); $does = 'runs'; $name = ''
        if ($word -ceq '-') { break } # commands from the keyboard, with prompts
        if ($word -cmatch '^[-/\u2013-\u2015]{1,2}([a-z]+)$') {
            $word = $matches[1]
            foreach ($row in 'version 1 value', 'login 1', 'noexit 3 stays', 'noprofile 3', 'nologo 3',
                'noninteractive 4 runs', 'socketservermode 2 runs', 'servermode 1 runs', 'namedpipeservermode 3 runs',
                'sshservermode 4 runs', 'noprofileloadtime 17', 'interactive 1', 'configurationfile 17 value',
                'configurationname 6 value', 'custompipename 3 value', 'command 1 runs', 'windowstyle 1 value',
                'file 1 file', 'outputformat 1 value', 'of 2 value', 'inputformat 3 value', 'if 2 value',
                'executionpolicy 2 value', 'ep 2 value', 'encodedcommand 1 runs', 'encodedarguments 8 value',
                'ea 2 value', 'settingsfile 8 value', 'sta 3', 'mta 3', 'workingdirectory 2 value', 'wd 2 value',
                'psconsolefile 3 value') {
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
}

"""Which variables a project may set: the names that its marker and its dotenv files must leave alone, and why."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Sources: bash(1) "Shell Variables", zshparam(1) and the parameters of zsh's modules, fish-language(1) "Special
# variables", about_Environment_Variables (PowerShell). Left out on purpose, because .env files often hold them and
# no shell minds: HOST, HOSTNAME, USER, LOGNAME, VERSION, LANG, LC_*, TZ, TMPDIR, EDITOR.
_SHELLS_OWN = _words(
    """
    ARGC ARGV0 AUTO_RESUME BASH BASHOPTS BASHPID BAUD CHILD_MAX CMD_DURATION COLUMNS COMPREPLY COMP_CWORD COMP_KEY
    COMP_LINE COMP_POINT COMP_TYPE COMP_WORDBREAKS COMP_WORDS COPROC CPUTYPE DIRSTACK DIRSTACKSIZE EGID ENV
    EPOCHREALTIME EPOCHSECONDS ERRNO EUID EXECIGNORE FCEDIT FIGNORE FUNCNAME FUNCNEST GID GLOBIGNORE GROUPS HISTCHARS
    HISTCMD HISTCONTROL HISTFILE HISTFILESIZE HISTIGNORE HISTSIZE HISTTIMEFORMAT HOSTFILE HOSTTYPE IFS IGNOREEOF INPUTRC
    KEYBOARD_HACK KEYTIMEOUT GLOBSORT LINENO LINES LISTMAX LISTPROMPT LOGCHECK MACHTYPE MAIL MAILCHECK MAPFILE
    NULLCMD OLDPWD OPTARG OPTERR
    OPTIND OSTYPE PIPESTATUS MENUPROMPT MENUSELECT POSIXLY_CORRECT POSTEDIT PPID PROMPT PROMPT2 PROMPT3 PROMPT4
    PROMPT_COMMAND PROMPT_DIRTRIM PROMPT_EOL_MARK
    PS0 PS1 PS2 PS3 PS4 PSEXECUTIONPOLICYPREFERENCE PSMODULEANALYSISCACHEPATH PSVAR PWD RANDOM READLINE_ARGUMENT
    READLINE_LINE READLINE_MARK READLINE_POINT READNULLCMD REPLY REPORTMEMORY REPORTTIME RPROMPT RPROMPT2 RPS1 RPS2
    SAVEHIST SECONDS SELECTMIN SELECTMAX SELECTPROMPT SHELLOPTS SHLVL SPROMPT SRANDOM STTY TERM TERMCAP TERMINFO
    TERMINFO_DIRS TIMEFMT TIMEFORMAT TMOUT
    TMPPREFIX TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT TTY TTYIDLE UID USERNAME WATCH WATCHFMT WORDCHARS ZBEEP ZDOTDIR
    ZLE_LINE_ABORTED ZLE_REMOVE_SUFFIX_CHARS ZLE_RPROMPT_INDENT ZLE_SPACE_SUFFIX_CHARS _ __PSLOCKDOWNPOLICY
    """
)
_SHELLS_OWN_PREFIXES = ("BASH_", "ZSH_", "FISH_", "__FISH_")
# Special only as they stand here: VERSION, STATUS and OPTIONS are everybody's.
_SHELLS_OWN_LOWER = _words(
    """
    aliases argv builtins chpwd_functions commands dis_aliases dis_builtins dis_functions dis_functions_source
    dis_galiases dis_patchars dis_reswords dis_saliases epochtime errnos funcfiletrace funcsourcetrace funcstack
    functions functions_source functrace galiases history historywords hostname jobdirs jobstates jobtexts keymaps
    langinfo modules nameddirs options parameters patchars periodic_functions pipestatus precmd_functions
    preexec_functions reswords saliases signals status status_generation sysparams umask userdirs usergroups version
    widgets zle_highlight zshaddhistory_functions zshexit_functions
    """
)
# What moves the user's home, configuration or shell; the last four are what Windows starts programs by.
_USERS_OWN = _words(
    "HOME SHELL USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA PROGRAMDATA COMSPEC PATHEXT SYSTEMROOT WINDIR"
)
# ld.so(8), rtld(1) of FreeBSD, dyld(1). By name, not LD_*: LD_SDK_KEY and the like are in many .env files.
_LOADERS = _words(
    """
    GCONV_PATH GLIBC_TUNABLES LD_32_LIBRARY_PATH LD_32_PRELOAD LD_ASSUME_KERNEL LD_AUDIT LD_BIND_NOT LD_BIND_NOW
    LD_DEBUG LD_DEBUG_OUTPUT LD_DYNAMIC_WEAK LD_ELF_HINTS_PATH LD_HWCAP_MASK LD_LIBMAP LD_LIBRARY_PATH_FDS LD_LOADFLTR
    LD_ORIGIN_PATH LD_PREFER_MAP_32BIT_EXEC LD_PRELOAD LD_PRELOAD_FDS LD_PROFILE LD_PROFILE_OUTPUT LD_SHOW_AUXV
    LD_TRACE_LOADED_OBJECTS LD_USE_LOAD_BIAS LD_UTRACE LD_VERBOSE LD_WARN LIBPATH SHLIB_PATH
    """
)
# .NET, and so every PowerShell that is started below: "Runtime configuration", "Startup hooks" and "Profiling" of its
# documentation. By name where .env files often hold harmless ones (DOTNET_ENVIRONMENT, DOTNET_NOLOGO); COMPlus_* are
# the runtime's own switches under their older name.
_DOTNET = _words(
    """
    COR_ENABLE_PROFILING COR_PROFILER DOTNET_ADDITIONAL_DEPS DOTNET_ALTJIT DOTNET_ALTJITNAME DOTNET_ALTJITPATH
    DOTNET_BUNDLE_EXTRACT_BASE_DIR DOTNET_DIAGNOSTICPORTS DOTNET_DIAGNOSTICPORTSUSPEND DOTNET_ENABLE_PROFILING
    DOTNET_ENABLEPROFILER DOTNET_GCNAME DOTNET_GCPATH DOTNET_JITNAME DOTNET_JITPATH DOTNET_PROFILER
    DOTNET_SHARED_STORE DOTNET_STARTUP_HOOKS
    """
)
_DOTNET_PREFIXES = ("CORECLR_", "COR_PROFILER_", "COMPLUS_", "DOTNET_PROFILER_", "DOTNET_ROOT", "DOTNET_STARTUP_HOOK")
# What a prompt expands or runs by itself, before anybody has called anything: what git's `__git_ps1` shows, the
# settings of themes that name commands, and what the hooks of direnv and mise believe of themselves. What acts only
# when a program is called (GIT_SSH_COMMAND, PAGER, EDITOR) is shown by `allow`, and is the user's choice.
_PROMPTS = _words(
    """
    MISE_CONFIG_DIR MISE_DATA_DIR MISE_GLOBAL_CONFIG_FILE MISE_OVERRIDE_CONFIG_FILENAMES MISE_SHELL
    MISE_SYSTEM_CONFIG_FILE MISE_TRUSTED_CONFIG_PATHS MISE_YES POSH_CONFIG POSH_THEME STARSHIP_CONFIG
    """
)
_PROMPTS_PREFIXES = ("GIT_PS1_", "POWERLEVEL9K_", "SPACESHIP_", "DIRENV_", "__MISE_")
_ENVIRONMENTS = _words("PYTHONHOME PYTHONEXECUTABLE __PYVENV_LAUNCHER__ _CE_CONDA _CE_M")
_ENVIRONMENTS_PREFIXES = ("VIRTUAL_ENV", "_OLD_VIRTUAL_", "_OLD_FISH_PROMPT_", "CONDA_")
# Lists that a whole value would cut off from the system. PYTHONPATH is not one of them: it is empty by default.
_LISTS_OF_FOLDERS = _words(
    "PATH MANPATH LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH DYLD_FRAMEWORK_PATH"
)
_LISTS_OF_SHELLS = _words("CDPATH FPATH MAILPATH MODULE_PATH PSMODULEPATH")


def refuse(name: str) -> str | None:
    """Why neither `[variables]` nor a dotenv file may set the variable NAME (None: they may); reads behind the name.

    Refused is what breaks the shell or moves the user's configuration, what decides how programs are loaded or what a
    prompt runs, and what entering itself sets. Compared without regard to case: zsh ties `path` to PATH, Windows knows
    no difference, and a marker means the same on every machine.
    """
    if not (name.isascii() and name.isidentifier()):
        return "is not a variable name: letters, digits and _, no digit first"
    upper = name.upper()
    if "VENVHOOK" in upper:
        return "is venvhook's own"
    if upper in _LISTS_OF_FOLDERS:
        return "is a list of folders, which [prepend] is for"
    if upper in _ENVIRONMENTS or upper.startswith(_ENVIRONMENTS_PREFIXES):
        return "is set by entering an environment"
    if upper in _USERS_OWN or upper.startswith("XDG_"):
        return "is the user's own: it moves their home or configuration"
    if upper in _LOADERS or upper in _DOTNET or upper.startswith(("DYLD_", *_DOTNET_PREFIXES)):
        return "decides how programs are loaded"
    if upper in _PROMPTS or upper.startswith(_PROMPTS_PREFIXES):
        return "decides what a prompt runs"
    return "is the shell's own" if _is_shells(name, upper) else None


def _is_shells(name: str, upper: str) -> bool:
    return (
        upper in _SHELLS_OWN
        or name in _SHELLS_OWN_LOWER
        or upper in _LISTS_OF_SHELLS
        or upper.startswith(_SHELLS_OWN_PREFIXES)
    )


def refuse_prepend(name: str) -> str | None:
    """Why `[prepend]` may not touch the variable NAME: as `refuse`, but the lists of folders are what it is for.

    The shells' own lists stay refused: what `cd` (CDPATH) and autoloading (FPATH) find is no matter of a project.
    """
    if name in _LISTS_OF_FOLDERS:
        return None
    return f"is written {name.upper()}" if name.upper() in _LISTS_OF_FOLDERS else refuse(name)

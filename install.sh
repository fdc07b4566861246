#!/bin/sh
# Installs venvhook for this user, and proves that it works. POSIX sh; formatted with `shfmt -i 4 -ci`.
# A new environment is built next to the one that is there, and a symlink is moved: a run that fails changes nothing.
set -eu
umask 077
unset CDPATH PYTHONHOME PYTHONPATH

usage() {
    cat <<'EOF'
usage: sh install.sh [--dry-run] [--shell NAME]... [--no-rc] [--python PATH] [--uninstall] [--help]

Makes a private environment for venvhook, links the command into ~/.local/bin, lets the shells that are installed load
the hook, and shows in each of them that it works.
  --dry-run      say what would be done, and do nothing
  --shell NAME   only for this shell (pwsh: PowerShell); may be repeated, or a list with commas
  --no-rc        change no startup file
  --python PATH  the Python to use (3.9 or newer, with venv and ensurepip)
  --uninstall    remove all that is venvhook's, also what was allowed and denied; your config.toml stays, and the markers
EOF
}

say() { printf '%s\n' "$*"; }

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

parse() {
    action=install shells='' rc=1 wanted=''
    while [ $# -gt 0 ]; do
        case $1 in
            --shell | --python)
                [ -n "${2-}" ] || fail "$1 needs a value; see --help"
                if [ "$1" = --python ]; then wanted=$2; else shells="$shells $(printf %s "$2" | tr , ' ')"; fi
                shift
                ;;
            --shell=* | --python=*)
                option=${1%%=*} value=${1#*=}
                shift
                set -- "$option" "$value" "$@"
                continue
                ;;
            --no-rc) rc='' ;;
            --dry-run) action=dry_run ;;
            --uninstall) action=uninstall ;;
            --help | -h) action=usage ;;
            *) fail "unknown option $1; see --help" ;;
        esac
        shift
    done
}

places() {
    here=$(cd -- "$(dirname -- "$0")" && pwd -P)
    [ -f "$here/venvhook/install.py" ] || fail "venvhook's files are not next to it; run it in their folder: sh install.sh"
    known=$(sed -n 's/^SHELLS = (\(.*\))$/\1/p' "$here/venvhook/shells/__init__.py" | tr -d '",')
    for name in $shells; do
        case " $known " in *" $name "*) ;; *) fail "unknown shell $name; use one of: $known" ;; esac
    done
    [ -d "${HOME-}" ] || fail "HOME is not a folder; set HOME"
    case ${XDG_DATA_HOME-} in
        /*) data=$XDG_DATA_HOME/venvhook ;;
        *) data=$HOME/.local/share/venvhook && [ "$(uname -s)" != Darwin ] || data="$HOME/Library/Application Support/venvhook" ;;
    esac
    case $here/ in "$data"/*) fail "$here is inside $data, where venvhook keeps what it makes; move it elsewhere" ;; esac
    ! real=$(cd -- "$data" 2>/dev/null && pwd -P) || case $here/ in "$real"/*) fail "$here is inside $data, where venvhook keeps what it makes; move it elsewhere" ;; esac
    link=$HOME/.local/bin/venvhook command=$data/env/bin/venvhook
    # What the link says is a name of ours or it is not followed: whatever it names is deleted in the end.
    old=$(readlink "$data/env" || :)
    case $old in '' | env-a | env-b) ;; *) fail "$data/env leads to $old, which is not what install.sh makes; move it away" ;; esac
    if [ "$old" = env-a ]; then new=env-b; else new=env-a; fi
}

candidates() {
    [ -z "$wanted" ] || { say "$wanted" && return; }
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 python; do
        command -v "$name" || :
    done
    printf '%s\n' /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3
}

# The interpreter itself is asked: the name may lead to a shim, or to the environment of a project.
ask() {
    "$1" -I -c '
import os, sys
if sys.version_info < (3, 9): sys.exit(3)
if os.stat(os.environ["HOME"]).st_uid != os.geteuid(): sys.exit(5)
try: from ensurepip import version; from venv import create
except ImportError: sys.exit(4)
base = os.path.join(sys.base_exec_prefix, "bin", "python%d.%d" % sys.version_info[:2])
print(base if sys.prefix != sys.base_prefix and os.access(base, os.X_OK) else sys.executable)' </dev/null 2>/dev/null
}

find_python() {
    lacking=''
    while IFS= read -r candidate; do
        # The macOS stub asks to install developer tools in a window of its own.
        [ "$candidate" != /usr/bin/python3 ] || [ "$(uname -s)" != Darwin ] || xcode-select -p >/dev/null 2>&1 || continue
        if python=$(ask "$candidate") && [ -n "$python" ]; then return 0; else code=$?; fi
        [ $code -ne 5 ] || fail "$HOME belongs to another user; run it as that user, without sudo"
        [ $code -ne 4 ] || lacking=${lacking:-$candidate}
    done <<EOF
$(candidates)
EOF
    [ -z "$lacking" ] || fail "$lacking has no venv or no ensurepip; $(remedy python3-venv), then run install.sh again"
    [ -z "$wanted" ] || fail "$wanted is not a Python 3.9 or newer; name another one"
    fail "no Python 3.9 or newer found; $(remedy "python3 python3-venv"), or name one with --python"
}

remedy() {
    set -- "apt-get:apt install $1" "dnf:dnf install python3" "apk:apk add python3" "brew:brew install python3" "sh:install Python"
    while ! command -v "${1%%:*}" >/dev/null; do shift; done
    say "${1#*:}"
}

install() {
    find_python
    [ -L "$data/env" ] || [ ! -e "$data/env" ] || fail "$data/env is not what install.sh makes; move it away"
    if [ -e "$link" ] || [ -L "$link" ]; then ours || fail "$link is not ours; move it away"; fi
    log=$data/install.log fresh='' made='' stage=building
    [ -d "$data" ] || fresh=1
    trap roll_back EXIT
    trap 'exit 130' INT
    trap 'exit 143' HUP TERM
    build
    rm -rf "$data/hook.old"
    [ ! -d "$data/hook" ] || cp -Rp "$data/hook" "$data/hook.old"
    stage=swapped
    swap "$new"
    ours || { mkdir -p "${link%/*}" && ln -s "$command" "$link"; } 2>/dev/null || fail "$link cannot be made; permit it"
    set --
    for name in $shells; do set -- "$@" --shell "$name"; done
    [ -n "$rc" ] || set -- "$@" --no-rc
    "$data/env/bin/python" -I -m venvhook install "$@" 2>"$log" || fail "the hooks are not installed; $(tail -n 1 "$log")"
    stage=''
    rm -rf "$data/hook.old" ${old:+"$data/$old"}
    case :$PATH: in *":${link%/*}:"*) ;; *) say "${link%/*} is not on PATH; only shells with the hook know the command" ;; esac
    say "the proof, in a session of each shell:"
    "$data/env/bin/python" -I -m venvhook prove "$@" || fail "installed, but not proved; see above, and: venvhook doctor"
}

ours() { [ "$(readlink "$link")" = "$command" ]; }

build() {
    say "making a private environment in $data with $python"
    made=$(missing "$data" && missing "${link%/*}")
    { mkdir -p "$data" && rm -rf "${data:?}/$new" && { [ -z "$made" ] || say "$made" >>"$data/made"; }; } 2>/dev/null || fail "$data cannot be written; make room or permit it"
    "$python" -I -m venv "$data/$new" >"$log" 2>&1 || fail "no environment can be made$(last_words); make room or use --python"
    say "installing venvhook and what it needs into it"
    # Without its cache: in a folder whose name has a dash, pip would keep what it builds, and install that after an upgrade.
    PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 "$data/$new/bin/python" -I -m pip install --no-input --retries 1 --no-cache-dir \
        "$here" >"$log" 2>&1 || fail "pip could not install venvhook$(last_words); check the network and the disk, then run install.sh again"
    "$data/$new/bin/python" -I -c 'import sys; from venvhook import folders; folders.fix(*sys.argv[1:])' \
        "$data" "$data/env" >"$log" 2>&1 || fail "the folders cannot be recorded$(last_words); permit it"
    # In the place of pip's: isolated from PYTHONPATH, by the way that stays, and in any folder.
    quoted=$(say "$data" | sed "s/'/'\\\\''/g")
    printf '#!/bin/sh\nexec '"'%s'"' -I -X utf8 -m venvhook "$@"\n' "$quoted/env/bin/python" >"$data/$new/bin/venvhook"
}

# The folders above and with $1 that do not exist, the innermost first.
missing() {
    folder=$1
    while [ ! -d "$folder" ]; do
        say "$folder"
        folder=${folder%/*}
    done
}

# Folders that were made for venvhook, and that nobody else uses, go with it; their names are the lines of $1.
remove_made() {
    say "$1" | while IFS= read -r folder; do
        [ -z "$folder" ] || rmdir -- "$folder" 2>/dev/null || :
    done
}

# The line of the log that says most, in brackets.
last_words() { { grep -i error "$log" || cat "$log"; } 2>/dev/null | tail -n 1 | sed 's/.*/ (&)/'; }

# `mv` would move the new link into the folder that the old one leads to.
swap() {
    rm -f "$data/env.new"
    ln -s "$1" "$data/env.new"
    "$python" -I -c 'import os, sys; os.replace(*sys.argv[1:])' "$data/env.new" "$data/env"
}

# The end of every run; what was begun and not finished is undone.
roll_back() {
    code=$?
    trap '' INT HUP TERM
    trap - EXIT
    if [ "$stage" = swapped ] && [ -n "$old" ]; then
        swap "$old"
        rm -rf "$data/hook"
        [ ! -d "$data/hook.old" ] || mv "$data/hook.old" "$data/hook"
    elif [ "$stage" = swapped ]; then
        take_out "" >/dev/null || :
        ! ours || rm -f "$link"
        rm -f "$data/env"
    fi
    [ -z "$stage" ] || rm -rf "${data:?}/$new" "$data/hook.old"
    rm -f "$log"
    [ -z "$stage" ] || [ -z "$fresh" ] || { remove_own && remove_made "$made"; }
    exit $code
}

# From the files next to this script, so that it works when the installed environment does not.
take_out() {
    "$python" -I -B - "$here" "$data" "$1" <<'EOF'
import sys
here, data, purge = sys.argv[1:]
sys.path.insert(0, here)
from venvhook import errors, folders, install
places = folders.recorded(data + "/env") or folders.Folders(data, data, data, "")
try:
    print(*install.uninstall(places, purge=bool(purge)), sep="\n")
except errors.VenvhookError as error:
    sys.exit("\n".join(f"install.sh: {each}" for each in (error, *error.others)))
EOF
}

uninstall() {
    [ -e "$data/env" ] || [ -d "$data/hook" ] || fail "nothing of venvhook's is in $data; nothing to do"
    find_python
    take_out purge || fail "venvhook is still installed; fix that and run it again"
    ! ours || rm -f "$link"
    made=$(cat "$data/made" 2>/dev/null || :)
    remove_own
    remove_made "$made"
    if [ -e "$data" ]; then say "left in $data: what is not venvhook's"; else say "removed: $data"; fi
    say "shells that are open keep the hook until they are closed"
}

# What this script put into the data folder, by name. What venvhook puts there is gone by a list of its own: anything else
# is the user's, also in the folders that venvhook makes.
remove_own() {
    for name in hook.old env env.new env-a env-b install.log made; do
        rm -rf "${data:?}/$name"
    done
    rmdir -- "$data" 2>/dev/null || :
}

dry_run() {
    find_python
    say "would make a private environment in $data with $python, and install $here into it"
    say "would link $link"
    "$python" -I -B - "$here" "$rc" "$shells" <<'EOF'
import sys
here, rc, shells = sys.argv[1:]
sys.path.insert(0, here)
from venvhook import install
for shell in shells.split() or install.installed():
    for path in install.startup_files(shell) if rc else ["no startup file"]:
        print(f"would let {shell} load the hook by {path}")
EOF
    say "would prove it in a session of each shell"
}

parse "$@"
if [ "$action" != usage ]; then places; fi
$action

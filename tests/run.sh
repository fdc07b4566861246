#!/bin/sh
# sh tests/run.sh [PYTEST ARGUMENTS...]: all checks and all tests, from a fresh clone, with nothing to set up first.
#
# Makes a private environment in .cache/test-env, again when pyproject.toml or the Python changes. A tool or a shell that is
# missing is skipped by name; with CI=true it is a failure. Without a package index (PIP_NO_INDEX=1 and PIP_FIND_LINKS, a
# folder of wheels) the linters and managers that are not in that folder are skipped by name, with CI=true too. Ends with a
# list of what was run; the status is 0 only if all of it passed.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
env=$PWD/.cache/test-env
report='' failed=''

say() { printf '%s\n' "== $*" >&2; }

# A Python that can be used: 3.9 or newer, with venv and pip. Asked for its own path, so that a shim is not recorded.
find_python() {
    for candidate in "${PYTHON-}" python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 python; do
        [ -n "$candidate" ] || continue
        "$candidate" -I -c 'import ensurepip, sys, venv; print(sys.executable) if sys.version_info >= (3, 9) else sys.exit(1)' \
            2>/dev/null && return
    done
    say "no Python 3.9 or newer with venv and ensurepip; name one: PYTHON=/path/to/python sh tests/run.sh"
    exit 1
}

set_up() {
    python=$(find_python)
    want=$("$python" -I -c 'import sys; print(sys.executable, sys.version)' && cksum <pyproject.toml && say_index)
    [ "$want" != "$(cat "$env/made-from" 2>/dev/null)" ] || return 0
    say "making $env with $python"
    rm -rf "$env"
    "$python" -I -m venv "$env"
    get test
    get lint || without_index || exit 1
    printf '%s\n' "$want" >"$env/made-from"
}

# Install venvhook and one of its extras.
get() { "$env/bin/python" -I -m pip install --quiet --disable-pip-version-check --editable ".[$1]"; }

# pip reads 0, false and the like as no.
without_index() {
    case ${PIP_NO_INDEX-} in '' | 0 | [fF]* | [nN]* | [oO][fF]*) return 1 ;; esac
}
say_index() { without_index && echo "no index" || echo "an index"; }

# lint NAME COMMAND...: `check` for a command of the lint extra.
lint() {
    if without_index && ! command -v "$2" >/dev/null; then
        note "skipped  $1: $2 is not installed, and no package index may be asked for it"
    else
        check "$@"
    fi
}

# check NAME COMMAND...: run it, and note how it went.
check() {
    name=$1
    shift
    if ! command -v "$1" >/dev/null; then
        if [ "${CI-}" = true ]; then
            failed=1
            note "FAILED   $name: $1 is not installed"
        else
            note "skipped  $name: $1 is not installed"
        fi
        return
    fi
    say "$name"
    if "$@"; then
        note "passed   $name"
    else
        failed=1
        note "FAILED   $name"
    fi
}

note() {
    report="$report$1
"
}

set_up
PATH=$env/bin:$PATH
export PATH

scripts=$(find . -path ./.cache -prune -o -path ./.git -prune -o \( -name '*.sh' -o -name '*.bash' -o -path './.ci/*' \) -type f -print)
lint "ruff check" ruff check
lint "ruff format" ruff format --check
lint "mypy" mypy --strict venvhook
lint "import-linter" lint-imports
# shellcheck disable=SC2086 # a list of names, none with a blank
check "shellcheck" shellcheck $scripts
# shellcheck disable=SC2086
check "shfmt" shfmt -d -i 4 -ci $scripts
check "zsh syntax" zsh -f -n shell/venvhook.zsh
check "fish syntax" fish --no-config --no-execute shell/venvhook.fish
check "fish_indent" fish_indent --check shell/*.fish
check "pytest" python -m pytest -n auto --dist worksteal "$@"

say "what was run"
printf '%s' "$report" >&2
[ -z "$failed" ]

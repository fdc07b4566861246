"""Plans as fish text: `shell/plan.fish` has the functions that they call."""

from __future__ import annotations

import os

from venvhook.system import HERE, System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venvhook.plan import Condition, Plan

SUFFIX = ".fish"
PROGRAMS = ("fish",)
NAME, FLOORS = "fish", ("3.2",)
INTERACTIVE, LOGIN = ("-i", "--private"), ("-l",)
UNRECORDED = ""
_PLAIN = frozenset("/._-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def quote(text: str) -> str:
    """TEXT as a literal: inside single quotes only `\\` and `'` are special, whatever the bytes. A NUL cannot be had.

    Bytes that are not UTF-8 stay as they are: fish decodes a script as it does all that it reads and compares. But old
    fish (3.2) takes U+FDD0 to U+FDEF, even quoted, for its own marks (its common.h); as single bytes it does not.
    What has nothing special in it stands without quotes, for those take fish 0.4 us a word.
    """
    if "\0" in text:
        raise ValueError("no shell variable can hold a NUL")
    if text and _PLAIN.issuperset(text):
        return text
    return "'" + "".join(map(_character, text)) + "'"


def _character(c: str) -> str:
    if c in "\\'":  # outside of the quotes: in GBK and Shift-JIS a backslash may end a character, and is then none
        return "'\\" + c + "'"
    if "\ufdd0" <= c <= "\ufdef":
        return "'" + "".join(f"\\X{byte:02x}" for byte in c.encode()) + "'"
    return c


def load(path: str) -> str:
    """A line that loads the file PATH, if it can be read."""
    return "if test -r @; source @; end".replace("@", quote(path))


def startup_files(
    home: str, settings: str, documents: Callable[[], str], system: System = HERE
) -> tuple[list[str], list[str]]:
    """A file of our own, of those that are read before config.fish."""
    path = os.path.join(settings, "fish", "conf.d", "venvhook.fish")
    return [path], [path]


def plan(plan: Plan) -> str:
    """The functions that say when the plan is stale, enter and leave; the last line says that the text is whole."""
    return "\n".join(
        [
            f"set -g _venvhook_new_project {quote(plan.project)}",
            f"function _venvhook_stale_{plan.id}",
            *_stale(plan.conditions),
            "end",
            f"function _venvhook_differs_{plan.id}",
            *_differs(plan.conditions),
            "end",
            f"function _venvhook_changed_{plan.id}",
            *_changed(plan.conditions),
            "end",
            f"function _venvhook_enter_{plan.id}",
            *([f"_venvhook_say {quote(plan.notice)}"] if plan.notice else []),
            *(_enter(plan) if plan.sign else []),
            "end",
            f"function _venvhook_leave_{plan.id}",
            *(_leave(plan) if plan.sign else []),
            "end",
            f"set -g _venvhook_new {plan.id}",
            "",
        ]
    )


def undo(operations: Sequence[tuple[str, str | None]]) -> str:
    """The text that sets variables and, where there is no value, unsets them."""
    return "".join(f"set -eg {name}\n" if value is None else _set(name, value) + "\n" for name, value in operations)


def _stale(conditions: Sequence[Condition]) -> list[str]:
    """What a prompt tests. Few commands, and one `test` for all that it can: a command takes as long as several tests.

    Owners, kinds and times come first: what has become something else is not opened. A file that is gone is older than
    its stamp, so it needs no test of its own.
    """
    implied = {("exists", c[1]) for c in conditions if c[0] == "unchanged" and c[2]}
    files = _test(list(dict.fromkeys(test for c in conditions if c not in implied for test in _files(c))))
    others = [command for c in conditions for command in (*_commands(c), *_texts(c))]
    if files and not others:
        return [f"not {files[0]}"]
    return ["; and ".join([*files, *others, "return 1"]), "return 0"]


def _differs(conditions: Sequence[Condition]) -> list[str]:
    """What is compared, besides, when a plan is taken up: a marker that prompts know by its time."""
    texts = [command for c in conditions if c[0] == "marker" and c[3] for command in _content(c)]
    return ["; and ".join([*texts, "return 1"]), "return 0"]


def _changed(conditions: Sequence[Condition]) -> list[str]:
    """What a fish that cannot compare files by their times, nor two paths, compares instead."""
    watched = [_stamped(c) for c in conditions if c[0] == "unchanged"]
    contents = [f"_venvhook_unchanged {file} {quote(stamp)}" for file, stamp in watched if stamp]
    same = [f"_venvhook_same {quote(str(c[1]))} {quote(str(c[2]))}" for c in conditions if c[0] == "same"]
    return ["; and ".join([*contents, *same, "return 1"]), "return 0"]


def _test(terms: Sequence[str]) -> list[str]:
    return ["test " + " -a ".join(terms)] if terms else []


# Files, by what `test` must find of them; a device is of one of two kinds.
_OPERATORS = {"exists": "-e", "absent": "! -e", "mine": "-O", "theirs": "! -O"}
_KINDS = {
    "folder": "-d {0}",
    "fifo": "-p {0}",
    "socket": "-S {0}",
    "nothing": "-L {0} -a ! -e {0}",
    "unreadable": "-e {0} -a ! -r {0}",
}


def _files(condition: Condition) -> list[str]:
    """What `test` must find of files and variables. Each text begins with an x, so that nothing is an operator."""
    kind, *rest = condition
    if kind == "marker":
        return _same_time(condition) or [f"-f {_marker(condition)} -a -r {_marker(condition)}"]
    if kind == "odd":
        file = _marker(condition)
        return [f"! -L {file} -a -f {file} -a -r {file}"]
    if kind == "unchanged":
        return _same_time(condition)
    if kind == "same":  # two that are missing are the same to `test`
        path, other = (quote(str(each)) for each in rest)
        return [f"-e {path}", f"{path} $_venvhook_alike {other}"]
    if kind == "kind" and rest[1] in _KINDS:
        return [_KINDS[str(rest[1])].format(quote(str(rest[0])))]
    if kind == "variable" and rest[1] is not None:
        return [f'"x${rest[0]}" = {quote("x" + str(rest[1]))}']
    if kind == "here":
        return [f'"x$_venvhook_here" = {quote("x" + str(rest[0]))}']
    return [f"{_OPERATORS[str(kind)]} {quote(str(rest[0]))}"] if kind in _OPERATORS else []


def _same_time(condition: Condition) -> list[str]:
    """That a file is neither newer nor older than its stamp; where there is no stamp, the content is compared."""
    file, stamp = _stamped(condition)
    if not stamp:
        return []
    return [f"! {file} {operator} {quote(stamp)}" for operator in ("$_venvhook_newer", "$_venvhook_older")]


def _commands(condition: Condition) -> list[str]:
    """What must succeed besides, without opening a file."""
    kind, *rest = condition
    if kind == "kind" and rest[1] == "device":
        path = quote(str(rest[0]))
        return [f"test -b {path} -o -c {path}"]
    return [f"{'not ' if rest[1] is None else ''}set -qx {rest[0]}"] if kind == "variable" else []


def _texts(condition: Condition) -> list[str]:
    """What a prompt reads."""
    kind, *rest = condition
    if kind == "odd":
        return [f"_venvhook_odd {quote(str(rest[0]))}"]
    if kind == "text":
        return [f"_venvhook_holds {quote(str(rest[0]))} {quote(str(rest[1]))}"]
    return [] if kind != "marker" or _stamped(condition)[1] else _content(condition)


def _content(condition: Condition) -> list[str]:
    text = quote("x" + str(condition[2]))
    return [f'_venvhook_content 4096 {_marker(condition)}; and test "x$_venvhook_text" = {text}']


def _stamped(condition: Condition) -> tuple[str, str]:
    """A watched file as a literal, and the path of its stamp."""
    if condition[0] == "marker":
        return _marker(condition), str(condition[3])
    return (quote(str(condition[1])), str(condition[2])) if condition[0] == "unchanged" else ("", "")


def _marker(condition: Condition) -> str:
    """The marker's path as a literal."""
    return quote(str(condition[1]).rstrip("/") + "/.venvhook.toml")


def _enter(plan: Plan) -> list[str]:
    folders = [folder for name, folders in plan.lists if name == "PATH" for folder in folders if folder != plan.bin]
    begin = " ".join(map(quote, (plan.sign, plan.home, plan.bin, plan.name, plan.label, *folders)))
    names = [name for name, _ in plan.variables]
    values = [(name, value) for name, value in plan.variables if value is not None]
    gone = [name for name, value in plan.variables if value is None]
    return [
        _unlocal(plan),
        f"_venvhook_begin {begin}",
        f"set -q {' '.join(names)}; test $status -eq {len(names)}; or begin",
        f"_venvhook_set_aside {' '.join(names)}",
        *(["_venvhook_hide " + " ".join(gone)] if gone else []),
        "end",
        *(_set(name, value) for name, value in values),
        *(_prepend(name, folders) for name, folders in plan.lists),
        *(_set(name, value) for name, value in plan.exports()),
    ]


def _prepend(name: str, folders: Sequence[str]) -> str:
    """Most often PATH is exported, and gets one folder that it had not."""
    words = " ".join(map(quote, folders))
    usual = f"set -qgx PATH; and not builtin contains -- {words} $PATH"
    usual += f"; and set -gx _VENVHOOK_OLD_PATH =; and set -gp PATH {words}"
    return (usual + "; or " if _only_path(name, folders) else "") + f"_venvhook_prepend {name} {words}"


def _remove(name: str, folders: Sequence[str]) -> str:
    """Most often it is where it was put, and nowhere else."""
    words = " ".join(map(quote, folders))
    usual = f'set -qgx _VENVHOOK_OLD_PATH; and test "x$_VENVHOOK_OLD_PATH$PATH[1]" = {quote("x=" + folders[0])}'
    usual += f"; and set -eg PATH[1]; and not builtin contains -- {words} $PATH; or "
    return (usual if _only_path(name, folders) else "") + f"_venvhook_remove {name} {words}"


def _only_path(name: str, folders: Sequence[str]) -> bool:
    return name == "PATH" and len(folders) == 1


def _leave(plan: Plan) -> list[str]:
    """What is put back. Most often all is as it was entered, and nothing had given way, which one test tells."""
    lines = [_unlocal(plan), "_venvhook_end"]
    saved = "".join(f" {quote(folder)}" for name, folders in plan.lists if name == "PATH" for folder in folders)
    if saved:  # by an activate script that was sourced inside
        lines.append(f"set -qg _OLD_VIRTUAL_PATH; and _venvhook_remove _OLD_VIRTUAL_PATH{saved}")
    names = [name for name, _ in plan.variables]
    ours = [(name, "" if value is None else "x" + value) for name, value in plan.variables]
    intact = " -a ".join(f'"x${name}" = {quote(value)}' for name, value in ours if value)
    lines += [
        f"set -qg {' '.join('_VENVHOOK_OLD_' + name for name in names)}; test $status -eq {len(names)} -a {intact}",
        f"and set -eg {' '.join(name for name, value in ours if value)}",
        f"or _venvhook_put_back {' '.join(f'{name} {quote(value)}' for name, value in ours)}",
        *(_remove(name, folders) for name, folders in plan.lists),
    ]
    gone = [name for name, _ in plan.exports()] + ["_VENVHOOK_OLD_" + name for name, _ in plan.lists]
    return [*lines, "set -eg " + " ".join(gone)]


def _unlocal(plan: Plan) -> str:
    """Only global variables count: a function that changes the folder may have others, and fish copies exported ones."""
    return "set -el " + " ".join([*(name for name, _ in plan.variables), *(name for name, _ in plan.lists)])


def _set(name: str, value: str) -> str:
    return f"set -gx {name} {quote(value)}"

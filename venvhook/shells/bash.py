"""Plans as bash text: `shell/plan.bash` has the functions that they call."""

from __future__ import annotations

import os

from venvhook.system import HERE, MACOS, System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venvhook.plan import Condition, Plan

SUFFIX = ".bash"
PROGRAMS = ("bash",)
NAME, FLOORS = "bash", ("3.2",)
INTERACTIVE, LOGIN = ("+o", "history", "-i"), ("-l",)
UNRECORDED = ""
# It may stand in ~/.profile, which every sh reads.
_LOAD = 'if [ -n "${BASH_VERSION-}" ] && [ -r @ ]; then . @; fi'


def quote(text: str) -> str:
    """TEXT as a literal: nothing inside single quotes is special, whatever bytes they hold. A NUL cannot be had."""
    if "\0" in text:
        raise ValueError("no shell variable can hold a NUL")
    return "'" + text.replace("'", "'\\''") + "'"


def load(path: str) -> str:
    """A line that loads the file PATH, if it can be read."""
    return _LOAD.replace("@", quote(path))


def startup_files(
    home: str, settings: str, documents: Callable[[], str], system: System = HERE
) -> tuple[list[str], list[str]]:
    """A login shell reads the first of three files (bash(1), INVOCATION), which may load .bashrc or not."""
    every, *login = (os.path.join(home, name) for name in (".bashrc", ".bash_profile", ".bash_login", ".profile"))
    read = [path for path in login if os.path.exists(path)][:1]
    if not read and system is MACOS:  # where every terminal starts a login shell
        read = login[-1:]
    return [every, *(path for path in read if not _mentions(path, b"bashrc"))], [every, *login]


def _mentions(path: str, word: bytes) -> bool:
    """Whether a line of the file PATH that is no comment has WORD in it."""
    if not os.path.isfile(path):  # a fifo would wait for its writer
        return False
    try:
        with open(path, "rb") as file:
            return any(word in line for line in file if not line.lstrip().startswith(b"#"))
    except OSError:
        return False


class Dialect:
    """What differs between shells that share the text of a plan.

    `read_marker` gives the lines that make a plan stale unless a file holds a text; `export` the command that sets
    variables, or fails; the others give tests for `[[`: that no list is anything but a plain variable, that one is also
    exported, that variables may be unset. `coarse` is the test for a shell that compares times by the second ("":
    none does): only there a prompt compares the text of a marker that has a stamp. `lost` is the test that a stamp is
    gone, with @ for its path ("": a file is newer than a stamp that is gone, and older when it is gone itself).
    `names` says that a path has a variable: what is long and quoted takes longer to expand.
    """

    __slots__ = ("coarse", "export", "exported", "lost", "names", "plain", "read_marker", "unsettable")

    def __init__(
        self,
        read_marker: Callable[[str, str], str],
        export: Callable[[Sequence[tuple[str, str]]], str],
        plain: Callable[[Sequence[str]], str],
        exported: Callable[[str], str],
        unsettable: Callable[[Sequence[str]], str],
        coarse: str = "",
        lost: str = "! -e @",
        names: bool = False,
    ) -> None:
        self.read_marker, self.export, self.coarse, self.lost, self.names = read_marker, export, coarse, lost, names
        self.plain, self.exported, self.unsettable = plain, exported, unsettable


def plan(plan: Plan) -> str:
    """The functions that say when the plan is stale, enter and leave."""
    dialect = Dialect(_read_marker, _export, _plain, _exported, lambda names: "", "[[ $_venvhook_coarse ]]", "", True)
    return functions(plan, by_stamp(plan.conditions), dialect)


def by_stamp(conditions: Sequence[Condition]) -> list[Condition]:
    """CONDITIONS as prompts test them: the marker by its stamp, if it has one, like any other file."""
    found: list[Condition] = []
    for condition in conditions:
        if condition[0] == "marker" and condition[3]:
            file = marker(str(condition[1]))
            found += [("exists", file), ("unchanged", file, *condition[3:])]
        else:
            found.append(condition)
    return found


def functions(plan: Plan, conditions: Sequence[Condition], dialect: Dialect, entered: Sequence[str] = ()) -> str:
    """A plan's functions, of which prompts test CONDITIONS; the last line says that the text is whole.

    ENTERED are lines to be run when all of the environment has been set.
    """
    names: dict[str, str] = {}

    def named(path: str) -> str:
        return f"$_venvhook_{plan.id}_{names.setdefault(path, str(len(names)))}" if dialect.names else quote(path)

    stamped = bool(dialect.coarse) and conditions != plan.conditions
    last = f"{dialect.coarse} && _venvhook_differs_{plan.id}" if stamped else ""
    tests = stale(conditions, dialect, named, last)
    return "\n".join(
        [
            f"_venvhook_new_project={quote(plan.project)}",
            *(f"_venvhook_{plan.id}_{number}={quote(path)}" for path, number in names.items()),
            f"_venvhook_stale_{plan.id}() {{",
            *tests,
            "}",
            *(_differs(plan, dialect) if dialect.coarse else []),
            f"_venvhook_enter_{plan.id}() {{",
            *([f"_venvhook_say {quote(plan.notice)}"] if plan.notice else []),
            *(_enter(plan, dialect, entered) if plan.sign else [":"]),
            "}",
            f"_venvhook_leave_{plan.id}() {{",
            *(_leave(plan, dialect) if plan.sign else [":"]),
            "}",
            *(_undo(plan) if plan.sign else []),
            f"_venvhook_new={plan.id}",
            "",
        ]
    )


def undo(operations: Sequence[tuple[str, str | None]]) -> str:
    """The text that sets variables and, where there is no value, unsets them."""
    return "".join(f"{unset(name) if value is None else assign((name, value))}\n" for name, value in operations)


def stale(
    conditions: Sequence[Condition], dialect: Dialect, word: Callable[[str], str] = quote, last: str = ""
) -> list[str]:
    """All that no file is opened for in one `[[`; then what is read, as long as it is what the helper has seen.

    WORD gives a path as a word of `[[`; LAST is a command to end with.
    """
    tests = " || ".join(broken(conditions, dialect, word))
    lines = [line for c in conditions for line in _reading(c, dialect.read_marker)]
    if not lines and not last:
        return [f"[[ {tests or '! 1'} ]]"]
    return [*([f"if [[ {tests} ]]; then return 0; fi"] if tests else []), *lines, last or "return 1"]


def broken(conditions: Sequence[Condition], dialect: Dialect, word: Callable[[str], str] = quote) -> list[str]:
    """The tests that no file is opened for: one is true when a condition no longer holds."""
    implied = {("exists", c[1]) for c in conditions if _exists(c, dialect)}
    return [test for c in conditions if c not in implied for test in _broken(c, dialect.lost, word)]


def _exists(condition: Condition, dialect: Dialect) -> bool:
    """Whether a test of CONDITION fails, too, where its file is gone.

    A file that is gone is older than its stamp, where the shell says so; that a stamp is gone, the marker's tells.
    """
    return condition[0] in ("mine", "same") or bool(condition[0] == "unchanged" and condition[2] and not dialect.lost)


def _differs(plan: Plan, dialect: Dialect) -> list[str]:
    """The function that says whether the marker cannot be read as a file, or has another text than the plan's."""
    markers = [c for c in plan.conditions if c[0] == "marker"]
    tests = [f"if [[ {' || '.join(_unreadable(quote(marker(str(c[1])))))} ]]; then return 0; fi" for c in markers]
    read = [line for c in markers for line in _reading(c, dialect.read_marker)]
    return [f"_venvhook_differs_{plan.id}() {{", *tests, *read, "return 1", "}"]


def _reading(condition: Condition, read_marker: Callable[[str, str], str]) -> list[str]:
    """The lines that read a file, and return 0 where the condition no longer holds."""
    kind, path = condition[0], str(condition[1]) if len(condition) > 1 else ""
    if kind == "marker":
        return [read_marker(quote(marker(path)), quote(str(condition[2])))]
    if kind == "odd":
        return [f"if _venvhook_file {quote(marker(path))}; then return 0; fi"]
    if kind == "text":
        return [f"_venvhook_file {quote(path)} && [[ $_venvhook_text == {quote(str(condition[2]))} ]] || return 0"]
    return []


def marker(project: str) -> str:
    """The path of a project's marker."""
    return project.rstrip("/") + "/.venvhook.toml"


def _read_marker(file: str, text: str) -> str:
    return f"_venvhook_slurp {file} 4097 && [[ $_venvhook_text == {text} ]] || return 0"


_UNLIKE = {
    "folder": "! -d @",
    "fifo": "! -p @",
    "socket": "! -S @",
    "device": "! -b @ && ! -c @",
    "nothing": "-e @ || ! -L @",
    "unreadable": "-r @ || ! -e @",
}


def _broken(condition: Condition, lost: str, word: Callable[[str], str]) -> list[str]:
    """The tests of which one is true when a condition no longer holds, for use between `[[` and `]]`."""
    kind, *rest = condition
    if kind == "here":
        return [f"$_venvhook_here != {quote(str(rest[0]))}"]
    if kind == "variable":
        name, value = rest
        return [f'"${{{name}+=}}${{{name}-}}" != {quote("" if value is None else "=" + str(value))}']
    path = word(marker(str(rest[0])) if kind in ("marker", "odd") else str(rest[0]))
    if kind == "odd":
        return [f"-L {path}", f"! -f {path}", f"! -r {path}"]
    if kind == "marker":
        return [*_unreadable(path), *_changed(path, str(rest[2]), lost, word)]
    if kind == "unchanged":
        return _changed(path, str(rest[1]), lost, word)
    if kind == "same":
        return [f"! {path} -ef {word(str(rest[1]))}"]
    if kind == "kind":
        return [f"({_UNLIKE[str(rest[1])].replace('@', path)})"]
    operators = {"exists": "! -e ", "absent": "-e ", "mine": "! -O ", "theirs": "-O "}
    return [operators[str(kind)] + path] if kind in operators else []


def _unreadable(path: str) -> list[str]:
    return [f"! -f {path}", f"! -r {path}"]


def _changed(path: str, stamp: str, lost: str, word: Callable[[str], str]) -> list[str]:
    if not stamp:
        return []
    mark = word(stamp)
    return [*([lost.replace("@", mark)] if lost else []), f"{path} -nt {mark}", f"{path} -ot {mark}"]


def _export(variables: Sequence[tuple[str, str]]) -> str:
    # An attribute may stand without a value: readonly, or integer, which would have the text evaluated.
    return f"{{ {unset(' '.join(name for name, _ in variables))}; {assign(*variables)}; }} 2>/dev/null"


def _plain(names: Sequence[str]) -> str:
    return "$_venvhook_modern && " + "".join(f"${{{name}[@]+${{{name}[@]@a}}}}" for name in names) + "x != *[!x]*"


def _exported(name: str) -> str:
    return f"(! $_venvhook_modern || ${{{name}@a}} == x)"


def _enter(plan: Plan, dialect: Dialect, entered: Sequence[str]) -> list[str]:
    """What is set, and then ENTERED.

    Most often no variable has to give way, and no list holds a folder already: one test each tells.
    """
    names, lists = ([name for name, _ in each] for each in (plan.variables, plan.lists))
    values = [*((name, value) for name, value in plan.variables if value is not None), *plan.exports()]
    return [
        f"[[ ! {_any_set(names)} && {dialect.plain(lists)} ]] ||"
        f" _venvhook_give_way {plan.sign} {quote(plan.home)} {quote(' '.join(names))} {quote(' '.join(lists))}"
        " || return 1",
        f"_venvhook_sign={plan.sign} _venvhook_home={quote(plan.home)} _venvhook_bin={quote(plan.bin)}"
        f" _venvhook_name={quote(plan.name)} _venvhook_label={quote(plan.label)}",
        f"if ! {dialect.export(values)}; then",
        f"_venvhook_leave_{plan.id}",
        f"_venvhook_refuse {quote(' '.join(name for name, _ in values))}",
        "return 1",
        "fi",
        *(line for name, folders in plan.lists for line in _prepend(name, folders, dialect)),
        *entered,
    ]


def _prepend(name: str, folders: Sequence[str], dialect: Dialect) -> list[str]:
    absent = " && ".join(f":${name}: != *:{quote(folder)}:*" for folder in folders)
    return [
        f"if [[ ${{{name}-}} && {absent} && {dialect.exported(name)} ]]; then",
        f"builtin export _VENVHOOK_OLD_{name}='=' {name}={_front(folders)}\"${name}\"",
        "else",
        f"_venvhook_prepend {name} {' '.join(map(quote, folders))}",
        "fi",
    ]


def _leave(plan: Plan, dialect: Dialect) -> list[str]:
    """What is put back. Most often all is as it was entered, and nothing had given way, which one test tells."""
    values = [(name, value) for name, value in plan.variables if value is not None]
    intact = [
        "! $_venvhook_given${_OLD_VIRTUAL_PATH+x}",
        *(_equal(name, value) for name, value in values),
        *filter(None, [dialect.unsettable([name for name, _ in values])]),
        *(_in_front(name, folders, dialect) for name, folders in plan.lists),
    ]
    gone = [name for name, _ in [*values, *plan.exports()]] + ["_VENVHOOK_OLD_" + name for name, _ in plan.lists]
    return [
        f"if [[ {' && '.join(intact)} ]]; then",
        "_venvhook_outside",
        *(line for name, folders in plan.lists for line in _without_front(name, folders)),
        unset(" ".join(gone)),
        "else",
        f"_venvhook_undo_{plan.id}",
        "fi",
    ]


def _equal(name: str, value: str) -> str:
    # (Quoted: of an open = zsh would make the path of a command.)
    return f"${{{name}-}} == {quote(value)}" if value else f"\"${{{name}+=}}${{{name}-}}\" == '='"


def _in_front(name: str, folders: Sequence[str], dialect: Dialect) -> str:
    """Are the folders in front of a list, and nowhere else in it?"""
    front = _front(folders)
    once = " && ".join(f":${{{name}#{front}}}: != *:{quote(folder)}:*" for folder in folders)
    return f"${{{name}-}} == {front}* && {once} && {dialect.exported(name)}"


def _without_front(name: str, folders: Sequence[str]) -> list[str]:
    return [f"_venvhook_text=${{{name}#{_front(folders)}}}", f'builtin export {name}="$_venvhook_text"']


def _front(folders: Sequence[str]) -> str:
    return quote("".join(folder + ":" for folder in folders))


def _undo(plan: Plan) -> list[str]:
    """One by one. An activate script that was sourced inside has saved PATH."""
    saved = "".join(f" {quote(folder)}" for name, folders in plan.lists if name == "PATH" for folder in folders)
    ours = ((name, "" if value is None else "=" + value) for name, value in plan.variables)
    gone = [name for name, _ in plan.exports()] + ["_VENVHOOK_OLD_" + name for name in plan.names]
    return [
        f"_venvhook_undo_{plan.id}() {{",
        "_venvhook_outside",
        *([f"_venvhook_remove _OLD_VIRTUAL_PATH{saved}"] if saved else []),
        f"_venvhook_put_back {' '.join(f'{name} {quote(value)}' for name, value in ours)}",
        *(f"_venvhook_remove {name} {' '.join(map(quote, folders))}" for name, folders in plan.lists),
        unset(" ".join(gone)),
        "}",
    ]


def _any_set(names: Sequence[str]) -> str:
    """What is empty as long as none of the variables is set."""
    return "''" + "".join(f"${{{name}+x}}" for name in names)


def assign(*variables: tuple[str, str]) -> str:
    return "builtin export " + " ".join(f"{name}={quote(value)}" for name, value in variables)


def unset(names: str) -> str:
    return f"builtin unset -v {names}"

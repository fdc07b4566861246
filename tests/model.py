"""What entering and leaving mean: the rules of the design as a model, no shell. Shells and undo are held to it.

The environment of a system that knows no case in names is modelled as Python shows it: every name folded.
"""

from __future__ import annotations

from hypothesis import strategies as st

from venvhook.names import refuse, refuse_prepend
from venvhook.plan import SCRIPT_VARIABLES, Plan
from venvhook.system import HERE, System, fold, folded, join_list, split_list

Environ = dict[str, str]  # what is exported
OWN = ("VENVHOOK_PROJECT", "_VENVHOOK_SET")


def entered(before: Environ, plan: Plan, system: System = HERE) -> Environ:
    """What is exported inside."""
    now = dict(folded(before, system))
    for spelling, value in plan.variables:
        name, old = fold(spelling, system), fold("_VENVHOOK_OLD_" + spelling, system)
        if name in now:
            now[old] = "=" + now.pop(name)
        if value is not None:
            now[name] = value
    for spelling, folders in plan.lists:
        name, old = fold(spelling, system), fold("_VENVHOOK_OLD_" + spelling, system)
        if name in now:
            had = set(split_list(now[name], system))
            now[old] = "=" + join_list([*(folder for folder in folders if folder in had), ""], system)
        now[name] = join_list([*folders, *([now[name]] if now.get(name) else [])], system)
    return {**now, **dict(plan.exports())}


def left(now: Environ, before: Environ, plan: Plan) -> Environ:
    """What is exported after leaving: what is still ours is undone, what the user changed meanwhile stays."""
    after = {name: value for name, value in now.items() if name not in OWN and not name.startswith("_VENVHOOK_OLD_")}
    for name, value in plan.variables:
        if after.get(name) == value:
            after.pop(name, None)
            after.update({name: before[name]} if name in before else {})
    for name, folders in plan.lists:
        if name in after:
            rest = _without(after.pop(name).split(":"), folders, before.get(name, "").split(":"))
            after.update({name: ":".join(rest)} if rest or name in before else {})
    return after


def _without(entries: list[str], ours: list[str], held: list[str]) -> list[str]:
    """Of a folder that was there before, only the first place is ours."""
    for folder in ours:
        first = entries.index(folder) if folder in entries else len(entries)
        entries = entries[:first] + [e for e in entries[first + 1 :] if e != folder or folder in held]
    return entries


# ---- random plans, environments and edits ---------------------------------------------------------------------------

# Everything but NUL, bytes that are not UTF-8 too; the alphabet is small so that values meet.
characters = st.sampled_from(" \t\n\r'\"\\$`!%&;|<>()[]{}*?#~=-+^,.aZé日\U0001f600\x01\x1b\x7f\udcff\udc80\u2019\u202e")
texts = st.text(characters, max_size=12) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
)
folders = st.one_of(
    st.sampled_from(["/p/bin", "/p/scripts", "/p", "/p/bin/", "/p/b*n", "/p/[b]in", "/", "relative"]),
    texts.map(lambda text: "/" + text.replace(":", "")),
)
lists_of_folders = st.lists(folders | st.just(""), max_size=6).map(":".join)
VARIABLES = (
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "PYTHONHOME",
    *SCRIPT_VARIABLES,
    "A",
    "b_2",
    "_C",
    "LANG",
    "DJANGO_SETTINGS_MODULE",
)
LISTS = ("PATH", "PYTHONPATH", "MANPATH", "LD_LIBRARY_PATH")
assert not any(map(refuse, VARIABLES[-5:])) and not any(map(refuse_prepend, LISTS))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    plan = Plan("/p", "/p", ())
    plan.sign, plan.home, plan.bin, plan.name, plan.label = (
        VARIABLES[0],
        "/p/" + draw(texts),
        draw(folders),
        draw(texts),
        draw(texts),
    )
    own: dict[str, str | None] = {plan.sign: plan.home, "VIRTUAL_ENV_PROMPT": plan.name}
    own.update(dict.fromkeys(("PYTHONHOME", *SCRIPT_VARIABLES)))
    own.update(draw(st.dictionaries(st.sampled_from(VARIABLES[-5:]), st.none() | texts)))
    plan.variables = list(own.items())
    lists = draw(
        st.dictionaries(st.sampled_from(LISTS[1:]), st.lists(folders.filter(bool), min_size=1, max_size=3, unique=True))
    )
    behind = [folder for folder in draw(st.lists(folders, max_size=2, unique=True)) if folder != plan.bin]
    plan.lists = [("PATH", [plan.bin, *behind]), *lists.items()]
    return plan


def environs() -> st.SearchStrategy[Environ]:
    """What is exported where no script is active: its own variables would make us yield."""
    variables = st.dictionaries(st.sampled_from([name for name in VARIABLES if name not in SCRIPT_VARIABLES]), texts)
    lists = st.dictionaries(st.sampled_from(LISTS), lists_of_folders)
    return st.builds(lambda *parts: {**parts[0], **parts[1]}, variables, lists)


@st.composite
def edits(draw: st.DrawFn, plan: Plan, before: Environ) -> dict[str, str | None]:
    """What a user does inside: variables set and unset, lists changed around our folders."""
    inside = entered(before, plan)
    done: dict[str, str | None] = dict(
        draw(st.dictionaries(st.sampled_from(VARIABLES[-5:]), st.none() | texts, max_size=3))
    )
    for name in draw(st.lists(st.sampled_from(LISTS), unique=True, max_size=2)):
        entries = inside.get(name, "").split(":")
        entries = draw(st.permutations(entries + draw(st.lists(folders, min_size=1, max_size=2)) + entries[:1]))
        done[name] = draw(st.none() | st.just(":".join(entries)) | st.just(":".join(entries[1:]) or "/x"))
    return done


def edited(now: Environ, changes: dict[str, str | None]) -> Environ:
    after = {name: value for name, value in now.items() if name not in changes}
    return {**after, **{name: value for name, value in changes.items() if value is not None}}

"""dotenv.py: the syntax, its mistakes with their lines, and that no message shows a value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venvhook import dotenv, names
from venvhook.errors import VenvhookError


def pairs(text: str) -> list[tuple[str, str]]:
    return dotenv.parse(text.encode(), "E")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=b", "b"),
        ("A=", ""),
        ("A=\nB=", ""),
        ("A = b c \t", "b c"),
        ("  export  A=b", "b"),
        ("export\tA=b", "b"),
        ("A=b # c", "b"),
        ("A=b\t# c", "b"),
        ("A=b #c", "b"),
        ("A=b# c", "b# c"),
        ("A=b#c", "b#c"),
        ("A=#b", "#b"),
        ("A= # b", ""),
        ("A=b # 'c", "b"),
        ("A=b=c", "b=c"),
        ("A=it's", "it's"),
        ("A=a\\nb", "a\\nb"),
        ("A=$HOME ${X} $(touch x) `touch x`", "$HOME ${X} $(touch x) `touch x`"),
        ('A="$HOME ${X} $(touch x)"', "$HOME ${X} $(touch x)"),
        ("A='b # c'", "b # c"),
        ("A=' b ' # c", " b "),
        ("A=  'b'  ", "b"),
        ("A='a\\nb\\'", "a\\nb\\"),
        ("A=''", ""),
        ('A=""', ""),
        ('A="a\\n\\r\\t\\"\\\\\\$b"', 'a\n\r\t"\\$b'),
        ('A="\\d\\\'\\u0041"', "\\d\\'\\u0041"),
        ('A="\\\\n"', "\\n"),
        ('A="\\\\"', "\\"),
        ('A="a\nb\n"', "a\nb\n"),
        ("A='a\n# b\nB=c'", "a\n# b\nB=c"),
        ('A="a\\\nb"', "a\\\nb"),
        ('A="é日"', "é日"),
        ("A=`b`", "`b`"),
    ],
)
def test_values(text: str, value: str) -> None:
    for ends in ("\n", "\r\n"):
        for start in ("", "\ufeff"):
            for end in ("", "\n", "\n\n # end\n  "):
                assert pairs(start + (text + end).replace("\n", ends))[0] == ("A", value)


def test_a_file() -> None:
    text = "# first\n\nA=1\n   # second\nexport B='2\n3'\n\tC=4\nexport=5\n"
    assert pairs(text) == [("A", "1"), ("B", "2\n3"), ("C", "4"), ("export", "5")]


def test_the_last_value_counts_where_the_name_first_stood() -> None:
    assert pairs("A=1\nB=2\nA=3") == [("A", "3"), ("B", "2")]


@pytest.mark.parametrize("text", ["", "\n", "#", " \t", "\ufeff", "# x\r\n"])
def test_nothing(text: str) -> None:
    assert pairs(text) == []


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("A=1\nB", 2, "a line without ="),
        ("export B", 1, "a line without ="),
        ("B\nA=1", 1, "a line without ="),
        ("B: 1", 1, "a line without ="),
        ("\n=1", 2, "what stands before = is not a variable name"),
        ("A B=1", 1, "what stands before = is not a variable name"),
        ("A-B=1", 1, "what stands before = is not a variable name"),
        ("export A B=1", 1, "what stands before = is not a variable name"),
        ("É=1", 1, "what stands before = is not a variable name"),
        ("A='\n\nB=1", 1, "the quote that opens here is never closed"),
        ('\nA="\\"\n', 2, "the quote that opens here is never closed"),
        ("A='\n\n'b", 3, "text behind the closing quote"),
        ("A='it' s", 1, "text behind the closing quote"),
        ("A='it\\'s'", 1, "text behind the closing quote"),
        ('A="b"#c', 1, "text behind the closing quote"),
        ("A='1\n'\nPATH=x", 3, "PATH is a list of folders"),
        ("LD_PRELOAD=x", 1, "LD_PRELOAD decides how programs are loaded"),
        ("BASH_ENV=x", 1, "BASH_ENV is the shell's own"),
        ("VENVHOOK_PROJECT=x", 1, "VENVHOOK_PROJECT is venvhook's own"),
        ("HOME=x", 1, "HOME is the user's own"),
        ("#\n#\0", 2, "holds a NUL byte"),
    ],
)
def test_mistakes(text: str, line: int, problem: str) -> None:
    with pytest.raises(VenvhookError) as caught:
        pairs(text)
    assert (caught.value.path, caught.value.line) == ("E", line)
    assert caught.value.problem.startswith(problem)
    assert caught.value.remedy


def test_not_utf8() -> None:
    with pytest.raises(VenvhookError, match=r"^E:2: is not UTF-8"):
        dotenv.parse(b"A=1\nB=\xff", "E")
    with pytest.raises(VenvhookError, match=r"^E:1: is UTF-16"):
        dotenv.parse("A=1".encode("utf-16"), "E")


@pytest.mark.parametrize("text", ["S3CRET", "S3CRET/x==", "A='S3CRET", "A='x'S3CRET", "A B='S3CRET'", "PATH=S3CRET"])
def test_no_message_shows_a_secret(text: str) -> None:
    with pytest.raises(VenvhookError) as caught:
        pairs(text)
    assert "S3CRET" not in str(caught.value)


PIECES = [
    "A",
    "B",
    "export ",
    "=",
    "'",
    '"',
    "\\",
    "\\n",
    "#",
    " ",
    "\n",
    "\r\n",
    "$",
    "\t",
    "PATH",
    "\0",
    "é",
    "\udcff",
]


@given(st.binary() | st.lists(st.sampled_from(PIECES)).map(lambda p: "".join(p).encode("utf-8", "surrogateescape")))
def test_any_bytes_give_pairs_or_an_error(data: bytes) -> None:
    try:
        found = dotenv.parse(data, "E")
    except VenvhookError as error:
        assert str(error).startswith("E:")
    else:
        assert not any(names.refuse(name) or "\0" in value for name, value in found)
        assert len({name for name, _ in found}) == len(found)


@given(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])))
def test_every_value_can_be_written(value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    assert pairs(f'A="{quoted}" # c\nB=1') == [("A", value), ("B", "1")]
    if "'" not in value:
        assert pairs(f"A='{value}'") == [("A", value)]


def test_read(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    with pytest.raises(VenvhookError, match="does not exist"):
        dotenv.read(str(path))
    path.write_bytes(b"#" * dotenv.LIMIT)
    assert len(dotenv.read(str(path))) == dotenv.LIMIT
    path.write_bytes(b"#" * (dotenv.LIMIT + 1))
    with pytest.raises(VenvhookError, match="is larger than 65536 bytes"):
        dotenv.read(str(path))

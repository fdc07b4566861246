"""files.py, trust.py, folders.py: a text that is read and written keeps its bytes, whatever they are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venvhook import files, folders
from venvhook.errors import VenvhookError
from venvhook.marker import Marker
from venvhook.system import decode
from venvhook.trust import Content, Record

texts = st.binary(max_size=40).filter(lambda data: b"\0" not in data)


@given(data=texts)
def test_what_is_read_is_what_is_written(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "text"
    path.write_bytes(data)
    text = files.read_text(str(path), 100)
    files.write_text(str(path), text)
    assert path.read_bytes() == data and text == decode(data)


def test_only_so_much_of_a_plain_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"\xff" * 11)
    with pytest.raises(files.TooLarge):
        files.read_text(str(tmp_path / "long"), 10)
    with pytest.raises(VenvhookError, match="is a folder"):
        files.read_text(str(tmp_path), 10)
    (tmp_path / "nul").write_bytes(b"\xffa\0")
    with pytest.raises(files.HasNul):
        files.read_text(str(tmp_path / "nul"), 10)


@pytest.mark.skipif(os.name == "nt", reason="a fifo")
def test_no_writer_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(VenvhookError, match="is a fifo"):
        files.read_text(str(tmp_path / "fifo"), 10)


@given(texts, texts, texts)
def test_a_record_keeps_every_byte(folder: bytes, value: bytes, place: bytes) -> None:
    record = Record("/p" + decode(folder), True)
    meaning = Marker(prompt=decode(value), variables=(("A", decode(value)),))
    record.contents = [Content(b"\xff", meaning, ["A"], decode(place))]
    loaded = Record.load(record.dump())
    assert loaded.folder == record.folder and loaded.contents[0].fields() == record.contents[0].fields()


def test_the_record_of_the_folders_may_be_no_utf_8(tmp_path: Path) -> None:
    """It is of no use then, as any other broken one; a folder whose name is no UTF-8 is in it as JSON has it."""
    odd = decode(os.fsencode(tmp_path) + b"/na\xffme")
    places = folders.Folders(odd, odd, odd, odd)
    assert folders.record(places, str(tmp_path)) and folders.recorded(str(tmp_path)) == places
    path = Path(folders.record_path(str(tmp_path)))
    for data in (b"\xff\xfe", b'{"data": "\xff"}', json.dumps({"data": 1}).encode()):
        path.write_bytes(data)
        assert folders.recorded(str(tmp_path)) is None

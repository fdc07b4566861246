"""One marked block in a shell's startup file: how it gets in, and how the file becomes again what it was.

Everything is bytes, since a startup file need not be UTF-8. What `remove` must know to restore the file byte for byte
(it was not there, its last line had no end, which backup is ours) stands in the first line of the block, so that no
second file can be lost.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile

from venvhook.errors import VenvhookError
from venvhook.system import BINARY, HERE, above, decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

BEGIN, END = b"# >>> venvhook >>>", b"# <<< venvhook <<<"
BACKUP = ".venvhook-backup"
_UNENDED = b" the line above had no end"
_MADE = b" file and %d folders made by venvhook"
_BACKED_UP = b" backup %d"  # at the end; the first one's number is left out
_BLOCK = re.compile(
    rb"^%s(?P<note>[^\r\n]*)(?P<end>\r?\n)(?:(?!%s)[^\n]*\n)*?%s[ \t]*\r?(?:\n|\Z)" % (BEGIN, BEGIN, END),
    re.MULTILINE,
)


def contains(data: bytes) -> bool:
    """Whether DATA has a whole block of ours."""
    return _BLOCK.search(data) is not None


def add(data: bytes, lines: bytes, made: int | None = None, backup: int = 1) -> bytes:
    """DATA with LINES (each ended by LF) as its block: in the place of an earlier one, else at the end.

    The block takes the file's line ends. MADE notes that the file was not there before, nor that many folders above it;
    BACKUP which of its backups is ours.
    """
    earlier = _BLOCK.search(data)
    if earlier:
        block = _block(lines, earlier["note"], earlier["end"])
        return data[: earlier.start()] + block + data[earlier.end() :]
    end = b"\r\n" if re.search(rb"\r\n[^\n]*\Z", data) else b"\n"
    unended = bool(data) and not data.endswith(b"\n")
    note = _UNENDED if unended else b"" if made is None else _MADE % made
    note += b"" if backup == 1 else _BACKED_UP % backup
    return data + (end if unended else b"") + _block(lines, note, end)


def remove(data: bytes) -> bytes:
    """DATA without any block: what it was before `add`, unless it was edited meanwhile; edits stay."""
    while True:
        block = _BLOCK.search(data)
        if block is None:
            return data
        before, after = data[: block.start()], data[block.end() :]
        if block["note"].startswith(_UNENDED) and not after:
            before = before[: -len(block["end"])]
        data = before + after


def made(data: bytes) -> int | None:
    """How many folders were made for the file DATA, if it would not be there without us and holds nothing else."""
    block = _BLOCK.fullmatch(data)
    numbers = re.findall(rb" and (\d+) folders", block["note"]) if block else []
    return int(numbers[0]) if numbers else None


def write(path: str, lines: bytes) -> bool:
    """Make LINES the block of the file PATH, which is made if it is missing; False when they are already.

    A link stays and its target is written, in one step and with its mode and owner. A file that had no block is copied
    to PATH.venvhook-backup first, or, where there is such a file, to PATH.venvhook-backup-2 and so on. Raises
    VenvhookError when PATH cannot be written or is no plain text file.
    """
    try:
        before = _read(path)
        backup = _free_backup(path) if before and not contains(before) else 0
        after = add(before or b"", lines, _make_folder(path) if before is None else None, backup or 1)
        if after == before:
            return False
        _check_mine(path)
        if backup:
            _back_up(path, before or b"", backup)
        try:
            _replace(path, after)
        except OSError:
            if backup:
                os.unlink(_backup(path, backup))
            raise
    except OSError as error:
        raise _unwritable(path, lines, error.strerror or str(error)) from error
    return True


def restore(path: str) -> bool:
    """Take our block out of the file PATH; False when there is none.

    A file that only holds our block and was made for it goes, and so does a backup that equals the restored file.
    Raises VenvhookError when PATH cannot be written.
    """
    try:
        data = _read(path)
        if data is None or not contains(data):
            return False
        _check_mine(path)
        folders = made(data)
        if folders is None:
            _replace(path, remove(data))
        else:
            _remove(path, folders)
        _drop_backup(path, _noted_backup(data), remove(data))
    except OSError as error:
        raise _unwritable(path, b"", error.strerror or str(error)) from error
    return True


def _block(lines: bytes, note: bytes, end: bytes) -> bytes:
    if end == b"\r\n":  # shells take a CR for a part of the line's last word: a comment swallows it
        lines = lines.replace(b"\n", b" #\r\n")
    return BEGIN + note + end + lines + END + end


def _check_mine(path: str) -> None:
    """VenvhookError for a symlink that is another user's, or leads to such a file: root would write where they want."""
    if not HERE.owners or not os.path.islink(path):
        return
    owners = {os.lstat(path).st_uid, os.stat(path).st_uid if os.path.exists(path) else os.geteuid()}
    if owners != {os.geteuid()}:
        problem = "is a symlink of another user's, or leads to a file of another user"
        raise VenvhookError(problem, path, remedy="run this as that user, or replace the symlink")


def _read(path: str) -> bytes | None:
    """The content of the file PATH, None when there is none. Raises OSError; VenvhookError for what is no text file."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        mode = 0
    if not stat.S_ISREG(mode):
        problem = "is not a plain file" if mode else "is a link that leads to itself"
        raise VenvhookError(problem, path, remedy="move it away, and try again")
    with open(path, "rb") as file:
        data = file.read()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise VenvhookError("is UTF-16 text, which is left alone", path, remedy="save it as UTF-8")
    return data


def _replace(path: str, data: bytes) -> None:
    """Make DATA the content of the file that PATH leads to; mode, owner and attributes stay."""
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
    except FileNotFoundError:
        status = None
    if status and not (status.st_mode & stat.S_IWUSR and os.access(target, os.W_OK)):
        raise PermissionError(None, "it is read-only")
    if status and status.st_nlink > 1:
        _overwrite(target, data)
        return
    handle, temporary = tempfile.mkstemp(prefix=os.path.basename(target) + ".", dir=os.path.dirname(target))
    try:
        with open(handle, "wb") as file:
            file.write(data)
        _like(temporary, target, status)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _overwrite(target: str, data: bytes) -> None:
    """Write DATA into a file with more names than one, which renaming another into its place would part."""
    with open(target, "r+b") as file:
        before = file.read()
        try:
            _fill(file, data)
        except OSError:  # the disk is full: what was there needs no more room than it had
            _fill(file, before)
            raise


def _fill(file: BinaryIO, data: bytes) -> None:
    file.seek(0)
    file.write(data)
    file.flush()
    file.truncate()


def _like(temporary: str, target: str, status: os.stat_result | None) -> None:
    if status is None:
        os.chmod(temporary, 0o644)
        return
    shutil.copystat(target, temporary)
    os.utime(temporary)
    if HERE.owners:
        _own(temporary, status)


def _own(temporary: str, status: os.stat_result) -> None:
    try:
        os.chown(temporary, status.st_uid, status.st_gid)
    except PermissionError:
        if os.stat(temporary).st_uid != status.st_uid:  # a group that one is no member of cannot be given, and need not
            raise


def _make_folder(path: str) -> int:
    """Make the folder of the file that PATH leads to; how many folders were missing."""
    folders = list(above(os.path.realpath(path)))
    missing = next((number for number, folder in enumerate(folders) if os.path.isdir(folder)), len(folders))
    os.makedirs(folders[0], exist_ok=True)
    return missing


def _remove(path: str, folders: int) -> None:
    """Remove the file that PATH leads to, and as many folders above it, as long as they are empty."""
    target = os.path.realpath(path)
    os.unlink(target)
    for _ in range(folders):
        target = os.path.dirname(target)
        try:
            os.rmdir(target)
        except OSError:
            return


def _backup(path: str, number: int) -> str:
    return path + BACKUP + (f"-{number}" if number > 1 else "")


def _free_backup(path: str) -> int:
    """The number of the first backup of PATH that there is not yet: one that is there may be the person's own."""
    number = 1
    while os.path.lexists(_backup(path, number)):
        number += 1
    return number


def _noted_backup(data: bytes) -> int:
    block = _BLOCK.search(data)
    noted = re.search(rb" backup (\d{1,9})$", block["note"]) if block else None
    return int(noted[1]) if noted else 1


def _back_up(path: str, data: bytes, number: int) -> None:
    backup = _backup(path, number)
    with open(os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600), "wb") as file:
        file.write(data)
    shutil.copystat(path, backup)


def _drop_backup(path: str, number: int, restored: bytes) -> None:
    try:
        with open(_backup(path, number), "rb") as file:
            same = file.read() == restored
    except FileNotFoundError:
        return
    if same:
        os.unlink(_backup(path, number))


def _unwritable(path: str, lines: bytes, why: str) -> VenvhookError:
    text = decode(lines).strip()
    remedy = f"add this line by hand: {text}" if text else f"take the lines from {BEGIN.decode()} on out by hand"
    return VenvhookError(f"cannot be written ({why})", path, remedy=remedy)

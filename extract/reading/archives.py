"""Before the first stage: the documents inside .zip and .rar archives, each to be read by itself."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extract.errors import (
    EncryptedDocument,
    ExtractionError,
    LimitExceeded,
    UnreadableDocument,
    UnsupportedFormat,
)
from extract.reading.containers import (
    ZIP,
    ZIP_ERRORS,
    is_clutter,
    is_picture_name,
    kind_of_zip,
    packed_pictures,
)
from extract.reading.intake import Limits
from extract.reading.packages import hold_members

if TYPE_CHECKING:
    from rarfile import RarFile

RAR = b"Rar!\x1a\x07"
_UTF8_NAMES = 0x800
_ENCRYPTED = 0x1
_RAR_UNICODE = 0x200
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_LONGEST_NAME = 80
"""Characters of a name; in UTF-8 they fit into the 255 bytes file systems allow."""


@dataclass(frozen=True, slots=True)
class Member:
    """A document inside an archive.

    ``name`` is a relative path without ``..``, safe to write to; members of archives inside archives
    have the inner archive's name as a folder. Pictures of one folder are one member: a zip archive
    of them, which ``extract`` reads as one document.
    """

    name: str
    data: bytes


def is_archive(data: bytes) -> bool:
    """Whether bytes are an archive of documents, and not a document that happens to be packed."""
    if data.startswith(RAR):
        return True
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return kind_of_zip(archive.namelist()) is None
    except ZIP_ERRORS:
        return False


def is_archive_file(path: Path) -> bool:
    """``is_archive`` of a file, of which only the table of contents is read; False for pipes and folders."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            start = stream.read(len(RAR))
            if not start.startswith(ZIP):
                return start == RAR
            with zipfile.ZipFile(stream) as archive:
                return kind_of_zip(archive.namelist()) is None
    except ZIP_ERRORS:
        return False


def unpack(data: bytes, *, file_name: str, limits: Limits | None = None) -> tuple[Member, ...]:
    """The documents of an archive and of the archives inside it, in the order in which they are packed.

    What systems leave in archives (``__MACOSX``, ``Thumbs.db``) is left out; names of Chinese Windows
    are decoded. Raises ``UnreadableDocument`` for damage, ``EncryptedDocument`` for passwords,
    ``LimitExceeded`` for too many members or bytes, suspicious ratios and too deep nesting, and
    ``UnsupportedFormat`` for what is no archive and for .rar without a program that unpacks it.
    """
    members = list(_members(data, file_name, limits or Limits(), depth=1))
    found = tuple(_distinct(_with_picture_sets(members)))
    if not found:
        raise UnreadableDocument(file_name, "is an archive without files", "fetch it again")
    return found


def _members(data: bytes, file_name: str, limits: Limits, *, depth: int) -> Iterator[Member]:
    if depth > limits.nesting:
        raise LimitExceeded(
            file_name, f"holds archives more than {limits.nesting} deep", "unpack it and give what is inside"
        )
    left = limits
    for member in _unpacked(data, file_name, limits):
        if is_archive(member.data):
            for inner in _members(member.data, f"{file_name}/{member.name}", left, depth=depth + 1):
                left = _less(left, inner, file_name)
                yield Member(f"{member.name}/{inner.name}", inner.data)
        else:
            left = _less(left, member, file_name)
            yield member


def _less(limits: Limits, member: Member, file_name: str) -> Limits:
    """What is left of the limits after a member."""
    left = replace(limits, members=limits.members - 1, unpacked=limits.unpacked - len(member.data))
    if min(left.members, left.unpacked) < 0:
        raise LimitExceeded(
            file_name, "holds more files or bytes than the limits allow, archives inside it included",
            "do not trust this file, or raise Limits.members and Limits.unpacked if you do",
        )  # fmt: skip
    return left


def _unpacked(data: bytes, file_name: str, limits: Limits) -> list[Member]:
    if data.startswith(RAR):
        return _from_rar(data, file_name, limits)
    if data.startswith(ZIP):
        return _from_zip(data, file_name, limits)
    raise UnsupportedFormat(file_name, "is no .zip or .rar archive", "unpack it and give what is inside")


def _from_zip(data: bytes, file_name: str, limits: Limits) -> list[Member]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            hold_members(members, file_name, limits)
            wanted = [(info, name) for info in members if not is_clutter(name := _zip_name(info))]
            if any(info.flag_bits & _ENCRYPTED for info, _ in wanted):
                raise _encrypted(file_name)
            return [Member(safe_name(name), archive.read(info)) for info, name in wanted]
    except ZIP_ERRORS as error:
        raise _damaged(file_name, error) from error


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name of a member: UTF-8 where it says so or reads as such, else GB 18030."""
    if info.flag_bits & _UTF8_NAMES:
        return info.filename
    return _spelled(info.filename.encode("cp437", errors="replace"))


def _spelled(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _from_rar(data: bytes, file_name: str, limits: Limits) -> list[Member]:
    import rarfile

    try:
        with rarfile.RarFile(io.BytesIO(data)) as archive:
            return _rar_members(archive, file_name, limits)
    except (rarfile.RarCannotExec, rarfile.RarUnknownError, rarfile.RarSignalExit) as error:
        raise UnsupportedFormat(
            file_name,
            "is a .rar archive, which needs a program to unpack it",
            "install one (Debian: apt-get install libarchive-tools), or pack the files as .zip",
        ) from error
    except (rarfile.PasswordRequired, rarfile.RarWrongPassword) as error:
        raise _encrypted(file_name) from error
    except (rarfile.Error, *ZIP_ERRORS, TypeError, AttributeError, IndexError) as error:
        raise _damaged(file_name, error) from error


def _rar_members(archive: RarFile, file_name: str, limits: Limits) -> list[Member]:
    if archive.needs_password():
        raise _encrypted(file_name)
    # A RarInfo names its sizes as a ZipInfo does.
    files = [info for info in archive.infolist() if info.is_file()]
    hold_members(files, file_name, limits)
    wanted = [(info, name) for info in files if not is_clutter(name := _rar_name(info))]
    return [Member(safe_name(name), archive.read(info)) for info, name in wanted]


def _rar_name(info: Any) -> str:
    """The name of a member: as it is in Unicode, else as in a zip archive."""
    raw = info.orig_filename
    unicode = not isinstance(raw, bytes) or info.flags & _RAR_UNICODE
    return str(info.filename) if unicode else _spelled(raw)


def _encrypted(file_name: str) -> ExtractionError:
    return EncryptedDocument(file_name, "is an encrypted archive", "unpack it and give the documents inside")


def _damaged(file_name: str, error: BaseException) -> ExtractionError:
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return UnreadableDocument(
        file_name, f"is a damaged archive ({reason})", "fetch it again from where it was published"
    )


def safe_name(name: str) -> str:
    r"""A member's name as a relative path that stays below the folder it is put in.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\预算\\a.docx"), safe_name("/")
    ('etc/passwd', 'C/预算/a.docx', 'unnamed')
    """
    parts = (_FORBIDDEN.sub("", part).strip(" .") for part in name.replace("\\", "/").split("/"))
    kept = [_shortened(part) for part in parts if part]
    return "/".join(kept[-8:]) or "unnamed"


def _shortened(part: str) -> str:
    stem, dot, suffix = part.rpartition(".")
    if len(part) <= _LONGEST_NAME or not dot or len(suffix) > 8:
        return part[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(suffix) - 1]}.{suffix}"


def _with_picture_sets(members: Sequence[Member]) -> Iterator[Member]:
    """The members with the pictures of each folder put together, where the folder has several."""
    for folder, group in groupby(sorted(members, key=_picture_folder), key=_picture_folder):
        pictures = list(group)
        if not folder or len(pictures) < 2:
            yield from pictures
            continue
        packed = packed_pictures((member.name, member.data) for member in pictures)
        yield Member(folder if folder != "." else "pictures", packed)


def _picture_folder(member: Member) -> str:
    """The folder of a picture (``.`` for the top one); empty for anything else."""
    if not is_picture_name(member.name):
        return ""
    return member.name.rpartition("/")[0] or "."


def _distinct(members: Iterator[Member]) -> Iterator[Member]:
    """The members under names that differ, also where file systems do not tell case apart."""
    seen: dict[str, int] = {}
    for member in members:
        count = seen[member.name.casefold()] = seen.get(member.name.casefold(), 0) + 1
        yield member if count == 1 else Member(_renamed(member.name, count), member.data)


def _renamed(name: str, count: int) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem} ({count}).{suffix}" if dot else f"{name} ({count})"

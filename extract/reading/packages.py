"""In the reading stage: zip containers are opened, their sizes held to the limits before they unpack."""

from __future__ import annotations

import codecs
import io
import zipfile
from dataclasses import dataclass

from extract.errors import EncryptedDocument, LimitExceeded, UnreadableDocument
from extract.reading.containers import ZIP_ERRORS
from extract.reading.intake import Limits, hold_to

_LARGE = 16 * 1024 * 1024
"""Members that unpack to less may shrink as they like: blank sheets do by more than any limit."""
_ENCRYPTED = 0x1
_DECLARATIONS = tuple(
    mark.encode(encoding)
    for mark in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a Word or Excel file by name, none of which declares entities of its own."""

    parts: dict[str, bytes]

    def part(self, name: str) -> bytes | None:
        return self.parts.get(name)


def hold_members(members: list[zipfile.ZipInfo], file_name: str, limits: Limits) -> None:
    """Raise ``LimitExceeded`` for an archive that unpacks to too many files or too many bytes.

    Sizes are those the archive declares; zipfile unpacks no member beyond its declared size.
    """
    hold_to(limits.members, len(members), file_name=file_name, unit="members", option="members")
    whole = sum(member.file_size for member in members)
    hold_to(limits.unpacked, whole, file_name=file_name, unit="bytes when unpacked", option="unpacked")
    for member in members:
        if member.file_size > _LARGE and member.file_size > limits.ratio * max(member.compress_size, 1):
            raise LimitExceeded(
                file_name,
                f"holds a member that unpacks to more than {limits.ratio} times its size",
                "do not trust this file, or raise Limits.ratio if you do",
            )


def open_package(data: bytes, file_name: str, limits: Limits) -> Package:
    """Unpack the XML of an Office file.

    Raises ``LimitExceeded`` for too much of it, ``EncryptedDocument`` where it is encrypted and
    ``UnreadableDocument`` for damage, and for XML that declares a document type or entities:
    no Office program writes them, and they serve to blow up or to reach out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            hold_members(members, file_name, limits)
            if any(member.flag_bits & _ENCRYPTED for member in members):
                raise EncryptedDocument(file_name, "is encrypted and needs a password", "save it without one")
            wanted = [member for member in members if member.filename.endswith((".xml", ".rels"))]
            parts = {member.filename: archive.read(member) for member in wanted}
    except ZIP_ERRORS as error:
        raise damaged(file_name, error) from error
    for name, part in parts.items():
        if any(mark in part for mark in _DECLARATIONS) or part.startswith(
            (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
        ):
            raise UnreadableDocument(
                file_name,
                f"declares XML entities in {name}, which no Office program does",
                "do not trust this file",
            )
    return Package(parts)


def damaged(file_name: str, error: BaseException) -> UnreadableDocument:
    """The error for an Office file that cannot be understood."""
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return UnreadableDocument(
        file_name,
        f"is a damaged Office file ({reason})",
        "fetch it again, or open it in Office and save it anew",
    )

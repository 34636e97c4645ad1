"""First stage for .doc: LibreOffice converts it to .docx, which is read as such."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from extract.errors import LimitExceeded, UnreadableDocument, UnsupportedFormat
from extract.reading.intake import Limits, hold_to
from extract.reading.pages import NativeDocument
from extract.reading.word import read_word

MEDIA_TYPE = "application/msword"
_PROGRAMS = ("soffice", "libreoffice")
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""
"""No macro runs, no link is followed or brought up to date."""


def read_old_word(data: bytes, *, file_name: str, limits: Limits) -> NativeDocument:
    """Read a .doc file. Raises ``UnsupportedFormat`` without LibreOffice and the errors of ``read_word``."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise UnsupportedFormat(
            file_name,
            "is an old Word document (.doc), which needs LibreOffice to be read",
            "install it (Debian: apt-get install libreoffice-writer-nogui), or save the file as .docx",
        )
    converted = _converted(program, data, file_name, limits)
    return replace(
        read_word(converted, file_name=file_name, limits=limits), media_type=MEDIA_TYPE, reader="doc"
    )


def _converted(program: str, data: bytes, file_name: str, limits: Limits) -> bytes:
    """The document as .docx; a profile of its own lets several conversions run beside each other."""
    with tempfile.TemporaryDirectory(prefix="gongkai-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        settings = home / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS, encoding="utf-8")
        (home / "document.doc").write_bytes(data)
        _run(
            [program, f"-env:UserInstallation={(home / 'profile').as_uri()}", "--headless", "--norestore",
             "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder, str(home / "document.doc")],
            home, file_name, limits,
        )  # fmt: skip
        target = home / "document.docx"
        if not target.is_file():
            raise UnreadableDocument(
                file_name,
                "is a damaged Word document",
                "fetch it again, or open it in Word and save it as .docx",
            )
        hold_to(
            limits.bytes, target.stat().st_size, file_name=file_name, unit="bytes as .docx", option="bytes"
        )
        return target.read_bytes()


def _run(command: list[str], home: Path, file_name: str, limits: Limits) -> None:
    """Run the converter in a process group that ends with the time limit."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=home, start_new_session=True,
        env={**os.environ, "HOME": str(home)},
    ) as process:  # fmt: skip
        try:
            process.wait(limits.seconds)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            raise LimitExceeded(
                file_name,
                f"takes LibreOffice longer than the limit of {limits.seconds:g} seconds",
                "raise Limits.seconds if the document is meant to be that heavy",
            ) from error

"""In the corpus generator: documents as Word, Excel and HTML files, written the ways offices write them."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.corpus.blocks import Block, Cell, Document, PageBreak, Placed, TableBlock, TextBlock, placed
from tests.corpus.chance import Chance

_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = "application/vnd.openxmlformats-"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_WORD_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{_TYPES}package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" '
        f'ContentType="{_TYPES}officedocument.wordprocessingml.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONSHIPS}"><Relationship Id="r1" Target="word/document.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
}
_FIGURE = re.compile(r"-?[\d,]+(?:\.\d+)?")
_CODE = re.compile(r"\d{1,7}")


def render(document: Document, seed: int, manner: str) -> bytes:
    """The document as one of MANNERS. Raises KeyError for an unknown one."""
    return MANNERS[manner](document, Chance(seed, f"office/{manner}"))


def repacked(data: bytes) -> bytes:
    """The same package without times and compression, so that its bytes depend on its content alone."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            part = _STAMP.sub(rb"\g<1>2024-01-01T00:00:00Z", source.read(name))
            packed.writestr(zipfile.ZipInfo(name), part)
    return target.getvalue()


def _captions(table: TableBlock) -> list[str]:
    return [text for text in (table.number, *table.captions) if text]


# Word ---------------------------------------------------------------------------------------


def _word(document: Document, chance: Chance) -> bytes:
    """Titles above the tables, sometimes in their first rows; merged cells as Word writes them."""
    inside = chance.happens(0.3)
    body = "".join(part for block in document.blocks for part in _word_block(block, inside=inside))
    text = f"<w:document {_NAMESPACE}><w:body>{body}<w:p/></w:body></w:document>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, part in {**_WORD_PARTS, "word/document.xml": text}.items():
            package.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + part)
    return repacked(stream.getvalue())


def _word_block(block: Block, *, inside: bool) -> Iterator[str]:
    if isinstance(block, PageBreak):
        yield '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    elif isinstance(block, TextBlock):
        yield _word_paragraph(block.text)
    else:
        yield from (_word_paragraph(line) for line in (() if inside else (block.title, *_captions(block))))
        yield _word_table(block, captions=inside)
        yield from map(_word_paragraph, block.notes)


def _word_paragraph(text: str) -> str:
    return f"<w:p><w:r>{_word_text(text)}</w:r></w:p>"


def _word_text(text: str) -> str:
    kept = "" if text == text.strip() else ' xml:space="preserve"'
    return f"<w:t{kept}>{html.escape(text)}</w:t>"


def _word_table(table: TableBlock, *, captions: bool) -> str:
    width = len(table.widths)
    lines = [table.title, "　".join(_captions(table))] if captions else []
    sizes = [round(9000 * weight / sum(table.widths)) for weight in table.widths]
    above = "".join(
        f"<w:tr>{_word_cell(Cell(line, column_span=width), '', sum(sizes))}</w:tr>" for line in lines if line
    )
    owners: dict[tuple[int, int], Placed] = {}
    for at in placed(table.rows, width):
        owners |= dict.fromkeys(_covered(at), at)
    rows = "".join(f"<w:tr>{_word_row(owners, row, sizes)}</w:tr>" for row in range(len(table.rows)))
    grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in sizes)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{above}{rows}</w:tbl>"


def _covered(at: Placed) -> Iterator[tuple[int, int]]:
    for row in range(at.row, at.row + at.cell.row_span):
        for column in range(at.column, at.column + at.cell.column_span):
            yield row, column


def _word_row(owners: dict[tuple[int, int], Placed], row: int, sizes: Sequence[int]) -> str:
    written = []
    column = 0
    while column < len(sizes):
        at = owners[row, column]
        merge = "" if at.cell.row_span == 1 else "restart" if at.row == row else "continue"
        written.append(_word_cell(at.cell, merge, sum(sizes[column : column + at.cell.column_span])))
        column += at.cell.column_span
    return "".join(written)


def _word_cell(cell: Cell, merge: str, size: int) -> str:
    lines = cell.text.split("\n") if merge != "continue" else [""]
    text = "<w:br/>".join(_word_text(line) for line in lines)
    span = f'<w:gridSpan w:val="{cell.column_span}"/>' if cell.column_span > 1 else ""
    down = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    wide = f'<w:tcW w:w="{size}" w:type="dxa"/>'
    return f"<w:tc><w:tcPr>{wide}{span}{down}</w:tcPr><w:p><w:r>{text}</w:r></w:p></w:tc>"


# Excel --------------------------------------------------------------------------------------


def _sheets(document: Document, chance: Chance) -> bytes:
    """A sheet a form, or all forms on one; amounts as numbers under a format or as text."""
    book = Workbook()
    cover = book.active
    cover.title = "封面"
    together = chance.happens(0.25)
    numbers, coded = chance.happens(0.75), chance.happens(0.5)
    indent = chance.pick((0, 0, 1))
    sheet, row = cover, 1
    for block in document.blocks:
        if isinstance(block, TextBlock):
            sheet.cell(row, 1, block.text)
            row += 1
        elif isinstance(block, TableBlock):
            if not together or sheet is cover:
                sheet, row = book.create_sheet(f"{len(book.sheetnames)}"), 1 + indent
            row = _write_form(sheet, block, row, 1 + indent, numbers=numbers, coded=coded) + 2
        elif sheet is not cover and not together:
            sheet, row = book.create_sheet(f"说明{len(book.sheetnames)}"), 1
    hidden = book.create_sheet("代码")
    hidden.sheet_state = "hidden"
    hidden["A1"], hidden["B1"] = "部门收入总表", 99.99
    stream = io.BytesIO()
    book.save(stream)
    return repacked(stream.getvalue())


def _write_form(
    sheet: Worksheet, table: TableBlock, row: int, left: int, *, numbers: bool, coded: bool
) -> int:
    """Write a form from a row on; returns the row after it."""
    width = len(table.widths)
    if table.number:
        sheet.cell(row, left, table.number)
        row += 1
    sheet.cell(row, left, table.title)
    _merge(sheet, row, left, 1, width)
    row += 1
    for position, text in enumerate(table.captions):
        sheet.cell(row, left if not position else left + width - 1, text or None)
    row += 1
    for at in placed(table.rows, width):
        cell = sheet.cell(row + at.row, left + at.column)
        _fill(cell, at.cell, numbers=numbers, coded=coded and at.row >= len(table.header))
        _merge(sheet, row + at.row, left + at.column, at.cell.row_span, at.cell.column_span)
    row += len(table.rows)
    for note in table.notes:
        sheet.cell(row, left, note)
        row += 1
    return row


def _merge(sheet: Worksheet, row: int, column: int, rows: int, columns: int) -> None:
    if rows > 1 or columns > 1:
        first, last = get_column_letter(column), get_column_letter(column + columns - 1)
        sheet.merge_cells(f"{first}{row}:{last}{row + rows - 1}")


def _fill(target: SheetCell, cell: Cell, *, numbers: bool, coded: bool) -> None:
    """A figure as a number that its format shows as printed; codes as numbers lose what leads them."""
    text = cell.text
    if numbers and cell.mark and _FIGURE.fullmatch(text):
        target.value, target.number_format = _number(text)
    elif numbers and cell.mark and text == "-":
        target.value, target.number_format = 0, '#,##0.00_ ;-#,##0.00_ ;"-"'
    elif coded and _CODE.fullmatch(text) and not cell.mark:
        target.value = int(text)
    else:
        target.value = text or None
        if text.startswith("="):
            target.data_type = "s"  # a target such as =12 is a text, not a formula


def _number(text: str) -> tuple[float, str]:
    places = len(text.partition(".")[2])
    decimals = "." + "0" * places if places else ""
    return float(Decimal(text.replace(",", ""))), ("#,##0" if "," in text else "0") + decimals


# HTML ---------------------------------------------------------------------------------------


def _page(document: Document, chance: Chance) -> bytes:
    """A page of a content management system: menus around, tables for layout, often GBK."""
    wrapped, word = chance.happens(0.5), chance.happens(0.4)
    encoding = chance.pick(("utf-8", "gb18030", "gbk"))
    claimed = chance.pick(("utf-8", "gb2312", "gbk"))
    inner = "\n".join(_html_blocks(document, word=word))
    if wrapped:
        inner = (
            '<table width="980"><tr><td><table><tr><td><a href="/">首页</a></td><td><a>财政</a></td>'
            f'</tr></table></td></tr><tr><td><table><tr><td class="zoom">{inner}</td></tr></table></td>'
            "</tr></table>"
        )
    page = (
        f'<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset={claimed}">'
        f"<title>{html.escape(document.title)}</title></head><body>"
        '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk">政务公开</a></li></ul></div>'
        f'{inner}<div class="footer">主办单位：人民政府办公室　备案号：00000000</div></body></html>'
    )
    return page.encode(encoding, errors="xmlcharrefreplace")


def _html_blocks(document: Document, *, word: bool) -> Iterator[str]:
    kind = ' class="MsoNormal"' if word else ""
    for block in document.blocks:
        if isinstance(block, TextBlock):
            yield f"<p{kind}>{html.escape(block.text)}<o:p></o:p></p>"
        elif isinstance(block, TableBlock):
            yield from (f"<p{kind}>{html.escape(line)}</p>" for line in (block.title, *_captions(block)))
            yield _html_table(block.rows, word=word)
            yield from (f"<p{kind}>{html.escape(note)}</p>" for note in block.notes)


def _html_table(rows: Sequence[Sequence[Cell]], *, word: bool) -> str:
    written = "".join("<tr>" + "".join(_html_cell(cell, word=word) for cell in row) + "</tr>" for row in rows)
    return f'<table border="1" cellspacing="0">{written}</table>'


def _html_cell(cell: Cell, *, word: bool) -> str:
    text = html.escape(cell.text).replace("\n", "<br>") or "&nbsp;"
    inner = f'<p class="MsoNormal"><span lang="EN-US">{text}<o:p></o:p></span></p>' if word else text
    spans = (("rowspan", cell.row_span), ("colspan", cell.column_span))
    attributes = "".join(f' {name}="{span}"' for name, span in spans if span > 1)
    return f"<td{attributes}>{inner}</td>"


MANNERS: dict[str, Callable[[Document, Chance], bytes]] = {"docx": _word, "xlsx": _sheets, "html": _page}
"""The formats that store tables as tables."""

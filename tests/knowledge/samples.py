"""Small files of the formats that cannot be typed in, made by hand."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile


def pdf(pages: Sequence[str], *, bookmarks: Sequence[tuple[str, int]] = (), encrypted: bool = False) -> bytes:
    """A PDF with one line of text a page; `bookmarks` are titles with the page (from 0) that they lead to."""
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(pages)))
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {'/Outlines 5 0 R' if bookmarks else ''} >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    if bookmarks:
        last = 100 + len(bookmarks) - 1
        objects[5] = f"<< /Type /Outlines /First 100 0 R /Last {last} 0 R /Count {len(bookmarks)} >>"
    for number, (title, page) in enumerate(bookmarks, 100):
        after = f"/Next {number + 1} 0 R" if number < 99 + len(bookmarks) else ""
        objects[number] = f"<< /Title ({title}) /Parent 5 0 R {after} /Dest [{10 + 2 * page} 0 R /Fit] >>"
    for number, text in enumerate(pages):
        lines = " ".join(f"({line}) Tj 0 -14 Td" for line in text.split("\n"))
        stream = f"BT /F1 12 Tf 50 700 Td {lines} ET"
        objects[10 + 2 * number] = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {11 + 2 * number} 0 R >>"
        )
        objects[11 + 2 * number] = f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"
    if encrypted:
        secret = "00" * 32
        objects[4] = f"<< /Filter /Standard /V 1 /R 2 /O <{secret}> /U <{secret}> /P -4 >>"
    return _assembled(objects, "/Encrypt 4 0 R /ID [<00> <00>]" if encrypted else "")


def drawn(*streams: str, images: bool = False) -> bytes:
    """A PDF whose pages are drawn by these content streams; `/F1` is Helvetica, `/I` a black picture."""
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(streams)))
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>",
        3: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        "/Length 1 >>\nstream\n0\nendstream",
    }
    for number, stream in enumerate(streams):
        objects[10 + 2 * number] = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> {'/XObject << /I 4 0 R >>' if images else ''} >> "
            f"/Contents {11 + 2 * number} 0 R >>"
        )
        objects[11 + 2 * number] = f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"
    return _assembled(objects, "")


def words(text: str, x: float, y: float, size: float = 10) -> str:
    """Words at a place of a page, for `drawn`."""
    return f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET "


def ruled(rows: list[list[str]], x: float = 50, y: float = 500, width: float = 100, height: float = 20) -> str:
    """A table with lines around its cells, for `drawn`."""
    right, bottom = x + width * len(rows[0]), y - height * len(rows)
    across = [f"{x} {y - height * n} m {right} {y - height * n} l S " for n in range(len(rows) + 1)]
    down = [f"{x + width * n} {y} m {x + width * n} {bottom} l S " for n in range(len(rows[0]) + 1)]
    cells = [
        words(cell, x + 4 + width * at, y - 14 - height * row)
        for row, each in enumerate(rows)
        for at, cell in enumerate(each)
    ]
    return "".join(across + down + cells)


def _assembled(objects: dict[int, str], trailer: str) -> bytes:
    data = BytesIO(b"")
    data.write(b"%PDF-1.4\n")
    offsets: dict[int, int] = {}
    for number, body in sorted(objects.items()):
        offsets[number] = data.tell()
        data.write(f"{number} 0 obj\n{body}\nendobj\n".encode())
    start = data.tell()
    size = max(objects) + 1
    data.write(f"xref\n0 {size}\n".encode())
    for number in range(size):
        in_use = number in offsets
        data.write(f"{offsets.get(number, 0):010d} {0 if in_use else 65535:05d} {'n' if in_use else 'f'} \n".encode())
    data.write(f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode())
    return data.getvalue()


def docx(*blocks: tuple[str, str] | list[list[str]]) -> bytes:
    """A Word file of paragraphs (style, text) and tables (rows of cells)."""
    from docx import Document

    document = Document()
    for block in blocks:
        if isinstance(block, list):
            table = document.add_table(rows=len(block), cols=len(block[0]))
            for row, cells in zip(table.rows, block, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
        else:
            document.add_paragraph(block[1], style=block[0])
    data = BytesIO()
    document.save(data)
    return data.getvalue()


_NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def shape(text: str, *, kind: str = "body", y: int = 0) -> str:
    """A shape of a slide, a paragraph a line."""
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
    spot = f'<p:spPr><a:xfrm><a:off x="0" y="{y}"/></a:xfrm></p:spPr>'
    return f"<p:sp>{place}{spot}<p:txBody>{paragraphs}</p:txBody></p:sp>"


def slide_table(rows: list[list[str]]) -> str:
    """A table of a slide, its first row marked as a header."""
    cells = "".join(
        "<a:tr>"
        + "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{c}</a:t></a:r></a:p></a:txBody></a:tc>" for c in row)
        + "</a:tr>"
        for row in rows
    )
    table = f'<a:graphic><a:graphicData><a:tbl><a:tblPr firstRow="1"/>{cells}</a:tbl></a:graphicData></a:graphic>'
    return f'<p:graphicFrame><p:xfrm><a:off x="0" y="900"/></p:xfrm>{table}</p:graphicFrame>'


def pptx(*slides: Sequence[str], notes: str = "", parts: dict[str, str | bytes] | None = None) -> bytes:
    """A presentation: the shapes of each slide; `notes` of the first; `parts` in place of those it would have."""

    def tree(name: str, shapes: str) -> str:
        return f"<p:{name} {_NAMES}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{name}>"

    def relations(*each: tuple[str, str, str]) -> str:
        listed = "".join(
            f'<Relationship Id="{i}" Type="{_KIND}/{kind}" Target="{target}"/>' for i, kind, target in each
        )
        return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'

    ids = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in range(len(slides)))
    written = {
        "ppt/presentation.xml": f"<p:presentation {_NAMES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"r{n}", "slide", f"slides/slide{n + 1}.xml") for n in range(len(slides)))
        ),
        **{f"ppt/slides/slide{n + 1}.xml": tree("sld", "".join(shapes)) for n, shapes in enumerate(slides)},
    }
    if notes:
        written["ppt/slides/_rels/slide1.xml.rels"] = relations(("n", "notesSlide", "../notesSlides/notesSlide1.xml"))
        written["ppt/notesSlides/notesSlide1.xml"] = tree("notes", shape(notes) + shape("7", kind="sldNum"))
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name, text in {**written, **(parts or {})}.items():
            target.writestr(name, text)
    return out.getvalue()


def notebook(*cells: tuple[str, str] | tuple[str, str, str]) -> bytes:
    """A notebook of cells: kind, source and, of one with code, what it printed."""
    import json

    made = [
        {
            "cell_type": cell[0],
            "source": cell[1].splitlines(keepends=True),
            "outputs": [{"output_type": "stream", "text": [cell[2]]}] if len(cell) > 2 else [],
        }
        for cell in cells
    ]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


def eml(subject: str, body: str, *, attachments: Sequence[str] = (), html: bool = False) -> bytes:
    """A message from Ada to Ben."""
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"] = "Ada Lindqvist <ada@example.org>", "ben@example.org"
    message["Subject"], message["Date"] = subject, "Mon, 02 Mar 2026 10:00:00 +0100"
    message.set_content(body, subtype="html" if html else "plain")
    for name in attachments:
        message.add_attachment(b"123", maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of these sheets."""
    numbers = range(1, len(sheets) + 1)
    kind, relation = "application/vnd.openxmlformats-officedocument.spreadsheetml", f"{_OFFICE}/relationships"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers
    )
    named = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    targets = "".join(
        f'<Relationship Id="r{n}" Type="{relation}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{parts}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="r" Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{relation}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{targets}</Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": _sheet(rows) for n, rows in enumerate(sheets.values(), 1)},
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def _sheet(rows: Sequence[Sequence[object]]) -> str:
    lines = "".join(
        f'<row r="{at}">{"".join(_cell(f"{chr(65 + place)}{at}", cell) for place, cell in enumerate(row))}</row>'
        for at, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_SHEET}"><sheetData>{lines}</sheetData></worksheet>'


def _cell(place: str, value: object) -> str:
    match value:
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{value}</v></c>'
        case _:
            return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'

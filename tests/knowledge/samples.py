"""Small files of the formats that cannot be typed in, made by hand."""

from collections.abc import Sequence
from io import BytesIO


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

"""Scans: the words on a picture of a page, by RapidOCR, which carries its models and runs on this machine."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

NEEDED = "no text in it: it is a scan. To read scans: pip install 'mainstem[ocr]', then index again"
"""Why a scan is not read where the extra is not installed."""

MISSING_PAGE = "[This page is a scan. Its words were not read.]"
"""What stands in place of a scan among pages of text."""

_SCALE = 150 / 72  # dots an inch: what RapidOCR reads well without taking long


def is_installed() -> bool:
    """Whether scans can be read."""
    return find_spec("rapidocr_onnxruntime") is not None


def missing(numbers: Sequence[int]) -> str:
    """What is told of a document of which these pages are scans that were not read."""
    pages = f"page {numbers[0]} is a scan" if len(numbers) == 1 else f"pages {', '.join(map(str, numbers))} are scans"
    advice = (
        "no words could be made out" if is_installed() else "pip install 'mainstem[ocr]', forget it, index it again"
    )
    return f"{pages} and not read: {advice}"


def is_scan(page: "PdfPage") -> bool:
    """Whether there is a picture on the page."""
    from pypdfium2 import raw

    pictures = cast("Iterator[Any]", page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    return next(pictures, None) is not None


def lines(page: "PdfPage") -> list[str]:
    """The lines on a page that holds no text but a picture, from top to bottom; none without the extra `ocr`."""
    if not is_installed() or not is_scan(page):
        return []
    picture = cast("Any", page).render(scale=_SCALE)
    try:
        found, _ = cast("tuple[list[tuple[Any, str, Any]] | None, Any]", _engine()(picture))
    finally:
        picture.close()
    return [text for _, text, _ in found or []]


@cache
def _engine() -> Callable[[Any], Any]:
    """What makes words out of a picture that PDFium has drawn."""
    from rapidocr_onnxruntime import RapidOCR  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

    engine = cast("Any", RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1))
    return lambda picture: engine(picture.to_numpy())

"""Scans: the words on a picture of a page, by RapidOCR, which carries its models and runs on this machine."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

NEEDED = "no text in it: it is a scan. To read scans: pip install 'mainstem[ocr]', then index again"
"""Why a scan is not read where the extra is not installed."""

_SCALE = 150 / 72  # dots an inch: what RapidOCR reads well without taking long


def is_installed() -> bool:
    """Whether scans can be read."""
    return find_spec("rapidocr_onnxruntime") is not None


def lines(page: "PdfPage") -> list[str]:
    """The lines on a page that holds no text but a picture, from top to bottom; none without the extra `ocr`."""
    from pypdfium2 import raw

    pictures = cast("Iterator[Any]", page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    if not is_installed() or next(pictures, None) is None:
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

"""What comes with an extra, such as `pip install 'mainstem[web]'`. Who lacks one is told so in one line."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec

PACKAGES = {
    "agent": ("duckdb", "pdfplumber", "pypdfium2", "python_calamine", "docx", "selectolax", "simpleeval"),
    "charts": ("altair", "vl_convert"),
    "web": ("ag_ui", "fastapi", "limits", "python_multipart", "starlette", "uvicorn", "websockets"),
    "cli": ("rich", "typer"),
    "jwt": ("jwt", "cryptography"),
    "guard": ("phonenumbers", "stdnum"),
    "embeddings": ("numpy", "safetensors", "tokenizers", "wordllama"),
    "ocr": ("rapidocr_onnxruntime",),
    "otel": ("opentelemetry",),
    "mcp": ("httpx2", "jsonschema", "mcp"),
    "acp": ("acp",),
    "postgres": ("psycopg", "psycopg_pool", "langgraph.checkpoint.postgres"),
    "notebook": ("altair", "ipywidgets", "rich", "vl_convert"),
}
"""The packages that each extra brings, by the names that they are imported by."""


class MissingExtra(ImportError):
    """A package is not installed that an extra brings. The message says which, and what to install."""

    def __init__(self, extra: str, package: str) -> None:
        super().__init__(f"{package} is not installed: pip install 'mainstem[{extra}]' brings it.", name=package)


@contextmanager
def extra(name: str) -> Generator[None]:
    """Around imports: raises `MissingExtra` where a package of that extra is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = error.name or ""
        package = missing if missing in PACKAGES[name] else missing.partition(".")[0]
        if package not in PACKAGES[name]:
            raise
        raise MissingExtra(name, package) from None


@cache
def require(name: str) -> None:
    """Raise `MissingExtra` where not all packages of that extra are installed; imports none. Looks at the disk."""
    for package in PACKAGES[name]:
        if find_spec(package) is None:
            raise MissingExtra(name, package)

"""Plain arithmetic in a question, as an expression for the `calculate` tool."""

import re

_ASKING = re.compile(
    r"^(?:please\s+)?(?:(?:can|could)\s+you\s+)?"
    r"(?:what\s+is|what['’]s|what\s+are|how\s+much\s+is|calculate|compute|evaluate|work\s+out|solve|tell\s+me)?\s*[:,]?\s*",
    re.IGNORECASE,
)
_WORDS: list[tuple[str, str]] = [
    (r"(?<=\d),(?=\d{3}\b)", ""),
    (r"(\d+(?:\.\d+)?)\s*(?:%|percent)\s+of\s+", r"\1/100*"),
    (r"(\d+(?:\.\d+)?)\s*(?:%|percent\b)", r"(\1/100)"),
    (r"\b(?:the\s+)?square\s+root\s+of\s+(\d+(?:\.\d+)?|\()", r"sqrt \1"),
    (r"sqrt\s+(\d+(?:\.\d+)?)", r"sqrt(\1)"),
    (r"sqrt\s+\(", "sqrt("),
    (r"\bdivided\s+by\b|÷", "/"),
    (r"\bmultiplied\s+by\b|\btimes\b|×", "*"),
    (r"\bto\s+the\s+power\s+of\b|\^", "**"),
    (r"\bsquared\b", "**2"),
    (r"\bcubed\b", "**3"),
    (r"\bplus\b", "+"),
    (r"\bminus\b|−|–", "-"),
    (r"\bmodulo\b|\bmod\b", "%"),
    (r"(?<=\d)\s+x\s+(?=\d)", "*"),
]
_EXPRESSION = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+|\*\*|//|[-+*/%()]|\b(?:sqrt|abs|round|min|max)\b(?=\s*\()|,|\s)+")
_OPERATION = re.compile(r"[\d)]\s*(?:\*\*|//|[-+*/%])\s*[\d(.+-]|[a-z]\(")


def expression(question: str) -> str | None:
    """The arithmetic that `question` asks for (`^` written as `**`), `None` when it asks for anything else."""
    text = _ASKING.sub("", question.strip(), count=1).rstrip(" ?!=.")
    for pattern, replacement in _WORDS:
        text = re.sub(pattern, replacement, text, flags=re.IGNORECASE)
    if not _EXPRESSION.fullmatch(text) or not _OPERATION.search(text):
        return None
    return re.sub(r"\s+", " ", text).strip()

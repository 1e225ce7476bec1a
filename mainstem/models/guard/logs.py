"""Masking what we log: a filter for loggers."""

import logging
import traceback

from .mask import Mask
from .masker import Masker
from .placeholders import Placeholders


class MaskingFilter(logging.Filter):
    """Lets every record pass, and masks its text and its traceback. For loggers and handlers of yours too."""

    def __init__(self, mask: Mask) -> None:
        super().__init__()
        self.mask = mask
        self._placeholders = Placeholders()

    def filter(self, record: logging.LogRecord) -> bool:
        """True; the record's text is masked."""
        record.msg, record.args = self._masked(record.getMessage()), ()
        if record.exc_info:
            told = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            record.exc_text, record.exc_info = self._masked(told), None
        elif record.exc_text:
            record.exc_text = self._masked(record.exc_text)
        return True

    def _masked(self, text: str) -> str:
        return Masker(self.mask, self._placeholders).finish(text)


def mask_logs(mask: Mask | None) -> None:
    """Mask what the loggers of this package write from now on; with `None`, no longer."""
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] == "mainstem" and isinstance(logger, logging.Logger):
            for before in [each for each in logger.filters if isinstance(each, MaskingFilter)]:
                logger.removeFilter(before)
            if mask is not None:
                logger.addFilter(MaskingFilter(mask))

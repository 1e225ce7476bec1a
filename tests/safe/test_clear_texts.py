"""Texts in which nothing was found are not looked through again, and what is masked always is."""

import pytest

from mainstem.models.guard import Placeholders, clear_texts, mask_of
from mainstem.models.guard.mask import Mask
from mainstem.models.guard.masker import Masker


@pytest.fixture
def mask() -> Mask:
    return Mask(mask_of(["email"]).kinds)  # one of its own: others have the same kinds


def test_a_clear_text_is_looked_through_once(mask: Mask, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Nothing to see in these words."
    assert Masker(mask).finish(text) == text
    monkeypatch.setattr(Masker, "pieces", None)
    assert Masker(mask).finish(text) == text


def test_what_is_masked_is_masked_again_each_time(mask: Mask) -> None:
    text = "Write to ada@example.com."
    for _ in range(3):
        assert Masker(mask, Placeholders()).finish(text) == "Write to [EMAIL_1]."


def test_the_end_of_a_text_that_was_begun_is_no_text_of_its_own(mask: Mask) -> None:
    assert Masker(mask).finish("example.com") == "example.com"
    masker = Masker(mask)
    begun = masker.push("ada@")
    assert begun + masker.finish("example.com") == "[EMAIL_1]"


def test_one_mask_knows_nothing_of_another(mask: Mask) -> None:
    assert Masker(mask).finish("Call 1234.") == "Call 1234."
    assert not Mask(mask_of(["email", "phone"]).kinds).clear.knows("Call 1234.")


def test_what_is_known_has_a_bound(mask: Mask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clear_texts, "MOST", 3)
    for number in range(10):
        mask.clear.add(str(number))
        assert len(mask.clear._digests) <= 3
        assert mask.clear.knows(str(number))

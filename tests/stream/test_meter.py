import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.stream.meter import Meter


def test_nothing_arrived():
    meter = Meter(asked_at=1.0)
    assert (meter.ttft, meter.gap(0.5), meter.rate, meter.stalls) == (None, None, None, 0)


def test_first_token_gaps_and_stalls():
    meter = Meter(asked_at=1.0)
    for at in (1.5, 1.6, 1.7, 4.7):
        meter.arrived("x ", at)
    assert meter.ttft == pytest.approx(0.5)
    assert meter.gap(0.5) == pytest.approx(0.1, rel=0.03)
    assert meter.gap(0.95) == pytest.approx(3.0, rel=0.03)
    assert meter.stalls == 1
    assert meter.rate == pytest.approx(3 / 3.2, rel=1e-3)


def test_joined_arrivals_hide_nothing():
    one, joined = Meter(0), Meter(0)
    for at in (1.0, 1.1, 1.2, 1.3):
        one.arrived("a ", at)
    joined.arrived("a ", 1.0)
    joined.arrived("a a a ", 1.3, n=3, first_at=1.1)
    assert joined.n == one.n
    assert joined.words == one.words
    assert joined.gap(0.5) == one.gap(0.5)


@given(st.lists(st.text(alphabet="ab \n", max_size=5)))
def test_words_are_counted_over_the_cuts(pieces):
    meter = Meter(0)
    for at, piece in enumerate(pieces):
        meter.arrived(piece, float(at))
    assert meter.words == len("".join(pieces).split())


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=50))
def test_the_median_is_near_the_true_one(gaps):
    meter, at = Meter(0), 0.0
    meter.arrived("x", at)
    for gap in gaps:
        at += gap
        meter.arrived("x", at)
    assert meter.gap(0.5) == pytest.approx(statistics.median_low(gaps), rel=0.06)

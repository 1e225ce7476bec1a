"""Words that say nothing of what a text is about."""

STOP_WORDS = frozenset(
    """
    a about after all also am an and any are as at be because been before being between both but by can could did
    do does doing done during each few for from further get give had has have having he her here hers him his how i
    if in into is it its itself just let many may me might more most much must my no nor not of off on once only or
    other our ours out over own please same shall she should so some such tell than that the their theirs them then
    there these they this those through to too under until up upon us use used uses using very was we were what
    when where which while who whom whose why will with within would you your yours s t re ve ll d m
    """.split()  # noqa: SIM905 (words read better without quotes)
)
"""English, in lower case, and what an apostrophe leaves of a word (*don't*, *we'll*)."""

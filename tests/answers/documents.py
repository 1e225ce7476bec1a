"""The documents of the mixed folder: a ferry company's, in five formats."""

from collections.abc import Mapping
from io import BytesIO

from docx import Document

from ..knowledge.samples import pdf

HANDBOOK = (
    ("Holidays", "Employees are given 28 days of paid leave each calendar year. Unused days expire on 31 March."),
    ("Notice", "The notice period is three months for office staff and six weeks for crew."),
    ("Remote work", "Office staff may work from home on two days a week, after a trial period of 90 days."),
    ("Expenses", "Receipts must be handed in within 14 days. Meals are refunded up to 35 euros a day."),
    ("Sickness", "Call the duty desk before 7:30. A doctor's certificate is needed from the fourth day on."),
    ("Pay day", "Salaries are paid on the 25th of each month."),
    ("Training", "Each crew member renews the rescue certificate every five years, at the company's expense."),
    ("Parking", "Staff park free of charge in lot C; visitors pay 4 euros an hour in lot A."),
)

SAFETY = """# Safety on board

## Life jackets

Life jackets are stored under the seats on deck two. There are 640 of them on the Aurora.

## Fire

If you discover a fire, follow these steps:

1. Press the nearest red button.
2. Close the doors behind you.
3. Walk to muster station B.

## Dangerous goods

Petrol, gas bottles and fireworks are not allowed on board. Medical oxygen is allowed with a permit.

## Weather

The captain cancels a crossing when the wind is above 22 metres per second.

## Drills

A full evacuation drill is held on the first Monday of every quarter. Inspector Ingrid Solheim supervises it.
"""

FAQ = """<html><head><title>Passengers</title></head><body><h1>Questions of passengers</h1>
<h2>Luggage</h2><p>Each passenger may bring two suitcases of up to 23 kilograms.</p>
<h2>Pets</h2><p>Dogs travel free of charge but must stay on deck four. Cats need a carrier.</p>
<h2>Bicycles</h2><p>A bicycle costs 6 euros a crossing and is tied to the rack by the crew.</p>
<h2>Cancelling a ticket</h2><p>Tickets can be cancelled until 48 hours before departure; a fee of 15 euros applies.</p>
<h2>Children</h2><p>Children under six travel free. From six to fifteen they pay half.</p>
<h2>Internet</h2><p>The wireless network is called HaldenGuest, and its password is printed on the ticket.</p>
<h2>Wheelchairs</h2><p>Ramps are at gate 3. Assistance must be ordered a day ahead at extension 4417.</p>
</body></html>"""

HISTORY = """Halden Lines, a short history
The company was founded in 1921 by Marta Lindqvist, who bought a fishing boat with her inheritance.
Its first route went from Halden to Strand and took four hours.
In 1958 the company ordered its first car ferry, the Borealis, from a shipyard in Gdansk.
The head office moved from Halden to Moss in 1987 after a fire destroyed the old warehouse.
Since 2016 the Aurora has run on batteries for the first five miles of each crossing.
The company is owned by a foundation and has never paid a dividend.
"""

MINUTES = """# Minutes of the board, 14 May 2024

Present: Oda Berg (chair), Jonas Falk, Priya Raman. Absent: Tomas Vik.

## New route

The board decided to open a route to Skagen in April 2025. Jonas Falk voted against it.

## Fares

Fares rise by 4 percent on 1 January 2025. Fares for students stay as they are.

## Hull paint

The supplier Marinox was chosen because its paint lasts seven years. The contract is worth 310,000 euros.

## Next meeting

The board meets again on 9 September 2024 in Moss.
"""


def documents() -> Mapping[str, str | bytes]:
    """The documents by file name."""
    return {
        "handbook.docx": _docx(),
        "safety.md": SAFETY,
        "passengers.html": FAQ,
        "history.pdf": pdf([HISTORY.strip()]),
        "board/minutes-2024-05.md": MINUTES,
    }


def _docx() -> bytes:
    document = Document()
    document.add_heading("Handbook of Halden Lines", 1)
    for heading, text in HANDBOOK:
        document.add_heading(heading, 2)
        document.add_paragraph(text)
    written = BytesIO()
    document.save(written)
    return written.getvalue()

"""32 questions on facts in the documents: what is asked, and what a right answer holds."""

from benchmarks.answering.grading import Gold, gold

FACTS: list[tuple[str, Gold]] = [
    # handbook.docx
    ("How many vacation days do I get?", gold("28")),
    ("How many days of paid leave do employees have each year?", gold("28")),
    ("When do unused days of leave expire?", gold("31 March")),
    ("What is the notice period for crew?", gold(["six weeks", "6 weeks"])),
    ("How long is the notice period of office staff?", gold(["three months", "3 months"])),
    ("On how many days a week may office staff work from home?", gold("2")),
    ("Within how many days must receipts be handed in?", gold("14")),
    ("Up to what amount are meals refunded?", gold("35")),
    ("From which day on is a doctor's certificate needed?", gold(["fourth", "4th"])),
    ("When are salaries paid?", gold(["25th", "25"])),
    ("How often is the rescue certificate renewed?", gold(["five years", "5 years"])),
    ("Where do staff park?", gold("lot C")),
    # safety.md
    ("Where are the life jackets stored?", gold("under the seats")),
    ("How many life jackets are there on the Aurora?", gold("640")),
    ("What do I do if I discover a fire?", gold("red button", "close the doors", "muster station B")),
    ("Are fireworks allowed on board?", gold(["not allowed", "no"])),
    ("At what wind speed is a crossing cancelled?", gold("22")),
    ("Who supervises the evacuation drill?", gold("Ingrid Solheim")),
    # passengers.html
    ("How heavy may a suitcase be?", gold("23")),
    ("What does it cost to bring a bicycle?", gold("6")),
    ("On which deck must dogs stay?", gold(["deck four", "deck 4"])),
    ("Until when can I cancel a ticket?", gold("48 hours")),
    ("Do children under six pay?", gold(["travel free", "no", "free"])),
    ("What is the name of the wireless network?", gold("HaldenGuest")),
    ("Which extension do I call for wheelchair assistance?", gold("4417")),
    # history.pdf
    ("Who founded the company?", gold("Marta Lindqvist")),
    ("When was the head office moved to Moss?", gold("1987")),
    ("Where was the Borealis built?", gold("Gdansk")),
    ("Has the company ever paid a dividend?", gold(["never", "no"])),
    # board/minutes-2024-05.md
    ("Who voted against the new route?", gold("Jonas Falk")),
    ("Why was Marinox chosen?", gold("seven years")),
    ("By how much do fares rise in 2025?", gold("4")),
]

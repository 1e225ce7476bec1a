"""19 questions that nothing answers, that are misspelt, or that ask about the program; and 3 follow-ups."""

from benchmarks.answering.grading import Gold, gold

NONE = Gold(none=True)

UNANSWERABLE: list[tuple[str, Gold]] = [
    ("Who is the king of Norway?", NONE),
    ("How do I cook pasta?", NONE),
    ("What is the dress code at the office?", NONE),
    ("How much does a cabin for the night cost?", NONE),
    ("What is the salary of Zoe Martin?", NONE),
    ("How tall is Marta Lindqvist?", NONE),
    ("Which bank gave the loan for the Fulmar?", NONE),
    ("What is the phone number of the police in Moss?", NONE),
]

MISSPELT: list[tuple[str, Gold]] = [
    ("How many vacaton days of paid leav do employes have?", gold("28")),
    ("Where are the life jakets stord?", gold("under the seats")),
    ("How hevy may a suitcse be?", gold("23")),
    ("What is the notice peroid for crew?", gold(["six weeks", "6 weeks"])),
    ("What is the averge salary in Enginering?", gold("5200")),
    ("Who founded the compny?", gold("Marta Lindqvist")),
]

META: list[tuple[str, Gold]] = [
    ("What documents do you have?", gold("handbook.docx", "safety.md", "history.pdf")),
    ("Which tables are there?", gold("employees", "sales", "invoices", "ships")),
    ("hello", gold(["ask", "question", "questions"])),
    ("help", gold(["ask", "question", "questions"])),
    ("What can you do?", gold(["ask", "answer", "questions"])),
]

FOLLOW_UPS: list[tuple[str, str, Gold]] = [
    ("How many units were sold in 2023?", "And in 2024?", gold("323")),
    ("What is the average salary in Sales?", "And in Engineering?", gold("5200")),
    ("What is the notice period for crew?", "And for office staff?", gold(["three months", "3 months"])),
]

"""Questions over a large collection of documentation (docs-corpora): 16 that it answers, 20 that nothing in it does."""

from benchmarks.answering.grading import Gold, gold

NONE = Gold(none=True)

LARGE: list[tuple[str, Gold]] = [
    ("How many characters long may a line be in the Python standard library?", gold("79")),
    ("How many spaces per indentation level does PEP 8 ask for?", gold("4")),
    ("Which PEP introduced assignment expressions?", gold(["572", "PEP 572"])),
    ("Who wrote PEP 703, which makes the global interpreter lock optional?", gold("Sam Gross")),
    ("In which month is a new feature version of Python released every year?", gold("October")),
    ("When did support for Python 2.7 stop?", gold(["January 1 2020", "January 1, 2020", "1 January 2020"])),
    ("How many members does the Python steering council have?", gold("5")),
    ("What is a wheel in Python packaging?", gold(["ZIP-format archive", "built-package format"])),
    ("Which methods does PEP 616 add to strings?", gold("removeprefix", "removesuffix")),
    ("Where was Prometheus originally built?", gold("SoundCloud")),
    ("Under which licence is Prometheus released?", gold("Apache 2.0")),
    ("In which year did Prometheus join the Cloud Native Computing Foundation?", gold("2016")),
    ("What is the default recursion limit of a LangGraph graph?", gold("25")),
    ("Which command runs a FastAPI app for development?", gold("fastapi dev")),
    ("On what is FastAPI built for the web parts?", gold("Starlette")),
    ("Which syntax for trait objects was introduced in Rust by RFC 2113?", gold("dyn Trait")),
]

NOTHING: list[tuple[str, Gold]] = [
    (question, NONE)
    for question in (
        "What is the capital of Mongolia?",
        "How do I keep a sourdough starter alive?",
        "At what temperature is the boiling point of ethanol?",
        "How does photosynthesis work?",
        "Who won the world chess championship in 1972?",
        "How many symphonies did Beethoven write?",
        "How do I prune an apple tree in winter?",
        "When did Napoleon die?",
        "How do I fold an origami crane?",
        "What do honeybees eat in winter?",
        "Which ferry goes to the island of Gotland?",
        "How long does it take to boil an egg?",
        "How deep is the Mariana Trench?",
        "Who painted the Night Watch?",
        "What is the best fertiliser for roses?",
        "How do I treat a sprained ankle?",
        "When was the Magna Carta sealed?",
        "How much does a visit to the dentist cost in Berlin?",
        "What is the offside rule in football?",
        "How do I change the oil of a motorcycle?",
    )
]

"""The words by which a question asks something of a table: each phrase with what it means."""

from mainstem.models.stemming import stem

IGNORED, ASK, TABLE, ROW = "ignored", "ask", "table", "row"
COUNT, AGGREGATE, EXTREME, DISTINCT, GROUP = "count", "aggregate", "extreme", "distinct", "group"
COMPARE, BETWEEN, THAN, NOT, OR, FIRST, MEASURE = "compare", "between", "than", "not", "or", "first", "measure"

_PHRASES = {
    (IGNORED, ""): """
        the|a|an|of|in|is|are|was|were|be|been|do|does|did|has|have|had|there|to|for|on|at|with|that|this|these|those|
        me|please|can|could|you|i|we|from|and|as|its|it|their|then|so|what's|who's|respectively|work|works|worked|
        working|live|lives|lived|get|got|gets|bring|brought|brings|make|made|makes|belong|belongs|belonged|come|comes|
        came|located|based|situated|listed|recorded|shown|given|exist|exists|open|opens|opened|
        done|held|happen|happens|happened|take place|took place|took|take|takes|lasted|carried out|according|
        fiscal year|years ended|year ended|fiscal|currently|also|what about|how about|value of|value|amount|sold|all""",
    (ASK, "who"): "who|whom|whose",
    (ASK, "when"): "when|what date|which date|what day|which day",
    (ASK, "where"): "where",
    (ASK, "how"): "how",
    (THAN, ""): "than",
    (ASK, "which"): "which|what|name|names of|name of|list|show|give|display|tell|find",
    (TABLE, ""): "table|dataset|data set|spreadsheet|csv|sheet|database",
    (ROW, ""): "rows|row|records|record|entries|entry|people|persons|person|ones|times",
    (COUNT, ""): "how many|number of|total number of|count of|count|the number of",
    (AGGREGATE, "SUM"): "total|sum|sum of|altogether|combined|in total|overall|how much",
    (AGGREGATE, "AVG"): "average|mean|avg|on average",
    (AGGREGATE, "MEDIAN"): "median",
    (EXTREME, "MAX"): "maximum|max|highest|largest|biggest|greatest|most|top|best paid",
    (EXTREME, "MIN"): "minimum|min|lowest|smallest|least|fewest|bottom",
    (DISTINCT, ""): "different|distinct|unique",
    (GROUP, ""): "per|by|for each|for every|in each|of each|by each",
    (COMPARE, ">="): "at least|not less than|no fewer than|no less than|or more|since|minimum of|>=",
    (COMPARE, "<="): "at most|not more than|no more than|up to|or less|or fewer|until|maximum of|<=",
    (COMPARE, ">"): "over|above|more than|greater than|higher than|larger than|exceeding|exceed|exceeds|after|>",
    (COMPARE, "<"): "under|below|less than|fewer than|lower than|smaller than|before|<",
    (BETWEEN, ""): "between",
    (NOT, ""): """not|no|no longer|don't|doesn't|didn't|aren't|isn't|wasn't|weren't|outside of|outside|other than|
        except|except for|excluding|without|never""",
    (OR, ""): "or",
    (FIRST, "MIN"): "first|earliest",
    (FIRST, "MAX"): "last|latest|most recent",
}  # fmt: skip

PHRASES = {
    tuple(phrase.split()): meaning
    for meaning, said in _PHRASES.items()
    for phrase in " ".join(said.split()).replace("| ", "|").split("|")
}
"""What a phrase (its words in lower case) means: its label and its value."""

LONGEST = max(map(len, PHRASES))
"""Words of the longest phrase."""

_MEASURED = {
    "age": "old older oldest -young -younger -youngest", "speed": "fast faster fastest -slow -slower -slowest",
    "height": "tall taller tallest high", "weight": "heavy heavier heaviest -light -lighter -lightest",
    "length": "long longer longest -short -shorter -shortest",
    "duration": "long longer longest -short -shorter -shortest",
    "minute": "long longer longest -short -shorter -shortest",
    "temperature": "hot hotter hottest -cold -colder -coldest",
    "price": "cost costs expensive costly dear dearest -cheap -cheaper -cheapest",
    "cost": "priced expensive costly -cheap -cheapest",
    "salary": "earn earns earned earning paid", "wage": "earn earns earned", "distance": "far farther farthest",
}  # fmt: skip
MEASURES: dict[str, list[tuple[str, bool]]] = {}
"""Words that speak of a column without its name: what stems it may have, and whether they mean less of it."""
for _column, _words in _MEASURED.items():
    for _said in _words.split():
        MEASURES.setdefault(_said.lstrip("-"), []).append((stem(_column), _said.startswith("-")))

_SMALL = "one two three four five six seven eight nine ten"
NUMBERS = {word: at for at, word in enumerate(_SMALL.split(), 1)}
"""Small numbers in words."""

_ORDINAL = "year season rank position place no number week round id date day pick game episode lane"
ORDINAL_NAMES = frozenset(map(stem, _ORDINAL.split()))
"""Stems of the names of columns whose numbers are no amounts: they are counted and never added up."""

PLACES = frozenset(map(stem, "city location place town venue country address port".split()))  # noqa: SIM905
"""Stems of the names of columns that tell where something is."""

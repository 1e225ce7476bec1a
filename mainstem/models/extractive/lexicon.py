"""The words by which a question asks something of a table: each phrase with what it means."""

from mainstem.models.stemming import stem

IGNORED, VERB, ASK, ROW, PEOPLE, COUNT, SHARE = "ignored", "verb", "ask", "row", "people", "count", "share"
YEARS, HIGHER = "years", "higher"
AGGREGATE, EXTREME, DISTINCT, GROUP, COMPARE, BETWEEN = (
    "aggregate",
    "extreme",
    "distinct",
    "group",
    "compare",
    "between",
)
NOT, OR, FIRST, THAN = "not", "or", "first", "than"

_PHRASES = {
    (IGNORED, ""): """
        the|a|an|of|in|is|are|was|were|be|been|do|does|did|has|have|had|having|there|to|for|on|at|with|that|this|these|
        those|me|please|can|could|you|i|we|us|our|from|and|as|its|it|their|his|her|then|so|what's|who's|respectively|
        also|still|ever|only|just|currently|what about|how about|all|any|would|will|here|if|respective|according""",
    (VERB, ""): """
        work|works|worked|working|live|lives|lived|get|got|gets|bring|brought|brings|make|made|makes|belong|belongs|
        belonged|come|comes|came|located|based|situated|listed|recorded|shown|given|exist|exists|open|opens|opened|done|
        held|happen|happens|happened|take place|took place|took|take|takes|lasted|carried out|fiscal year|years ended|
        year ended|fiscal|value of|values of|value|values|amount|amounts|incurred|sold|go|goes|own|owns|
        hold|holds|contain|contains|called|said|company|company's|related to|relating to|used|use|uses|reported|
        during|leave|leaves|fly|flies|run|ran|raised|fell|collected|calculated|provide|provides|provided|information|presented|included|
        end up|ended up""",
    (ASK, "who"): "who|whom|whose",
    (ASK, "when"): "when|what date|which date|what day|which day",
    (ASK, "where"): "where",
    (ASK, "how"): "how",
    (ASK, "which"): "which|what|name|names of|name of|list|show|give|display|tell|find",
    (ROW, ""): """
        rows|row|records|record|readings|reading|measurements|entries|entry|ones|times|table|dataset|data set|
        spreadsheet|csv|sheet|database""",
    (PEOPLE, ""): "people|persons|person|employees|employee|staff|workers|everyone|anyone|members",
    (COUNT, ""): "how many|number of|total number of|count of|count|the number of",
    (SHARE, ""): "what percentage of|what share of|what proportion of|percentage of|share of|proportion of",
    (AGGREGATE, "SUM"): "total|sum|sum of|altogether|combined|in total|overall|how much",
    (AGGREGATE, "AVG"): "average|mean|avg|on average",
    (AGGREGATE, "MEDIAN"): "median",
    (EXTREME, "MAX"): "maximum|max|highest|largest|biggest|greatest|most|top|best paid",
    (EXTREME, "MIN"): "minimum|min|lowest|smallest|least|fewest|bottom",
    (HIGHER, "MAX"): "higher|larger|greater|bigger",
    (HIGHER, "MIN"): "lower|smaller",
    (YEARS, ""): "year|years",
    (DISTINCT, ""): "different|distinct|unique",
    (GROUP, ""): "per|by|for each|for every|in each|of each|by each",
    (COMPARE, ">="): "at least|not less than|no fewer than|no less than|or more|since|minimum of|>=",
    (COMPARE, "<="): "at most|not more than|no more than|up to|or less|or fewer|until|maximum of|<=",
    (COMPARE, ">"): "over|above|more than|greater than|higher than|larger than|exceeding|exceed|exceeds|after|>",
    (COMPARE, "<"): "under|below|less than|fewer than|lower than|smaller than|before|<",
    (BETWEEN, ""): "between",
    (THAN, ""): "than",
    (NOT, ""): """not|no|no longer|don't|doesn't|didn't|aren't|isn't|wasn't|weren't|outside of|outside|other than|
        except|except for|excluding|without|never|neither""",
    (OR, ""): "or|nor",
    (FIRST, "MIN"): "first|earliest",
    (FIRST, "MAX"): "last|latest|most recent|newest",
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
    "length": "long longer longest -short -shorter -shortest", "page": "long longer longest -short -shorter -shortest",
    "duration": "long longer longest -short -shorter -shortest",
    "minute": "long longer longest -short -shorter -shortest", "hour": "long longer longest -short -shorter -shortest",
    "temperature": "hot hotter hottest warm warmer warmest -cold -colder -coldest",
    "$": "cost costs pay paid spend spent priced expensive costly dear dearest -cheap -cheaper -cheapest",
    "salary": "earn earns earned earning paid", "wage": "earn earns earned", "distance": "far farther farthest",
    "author": "write writes wrote written", "year": "-old -older -oldest built published released founded",
}  # fmt: skip
MEASURES: dict[str, list[tuple[str, bool]]] = {}
"""Words that speak of a column without its name: what stems it may have (`$`: money), and whether they mean less."""
for _column, _words in _MEASURED.items():
    for _said in _words.split():
        MEASURES.setdefault(_said.lstrip("-"), []).append(
            (_column if _column == "$" else stem(_column), _said[0] == "-")
        )

_UNITS = {
    "minute": "min mins minute minutes", "hour": "h hr hrs hour hours", "second": "s sec secs second seconds",
    "day": "day days", "year": "year years age", "€": "€ eur euro euros", "$": "$ usd dollar dollars",
    "£": "£ gbp pound pounds", "%": "% pct percent percentage", "kwh": "kwh",
    "degree": "c f celsius fahrenheit degree degrees temperature", "km": "km kilometre kilometres",
    "kg": "kg kilo kilos", "cm": "cm", "mm": "mm", "m": "m metre metres",
}  # fmt: skip
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
"""Words and signs of units: what stands behind a number must be what the column is in."""

MONEY = frozenset("€$£")
"""The units that are money."""

PRICES = frozenset(map(stem, "price cost fee fare rate amount".split()))  # noqa: SIM905
"""Stems of the names of columns that hold money."""

_SMALL = "one two three four five six seven eight nine ten"
NUMBERS = {word: at for at, word in enumerate(_SMALL.split(), 1)}
"""Small numbers in words."""

_ORDINAL = (
    "year season rank position place no number week round id date day pick game episode lane rating score grade age"
)
ORDINAL_NAMES = frozenset(map(stem, _ORDINAL.split()))
"""Stems of the names of columns whose numbers are no amounts: they are counted and never added up."""

RANKS = frozenset(map(stem, "rank place position".split()))  # noqa: SIM905
"""Stems of the names of columns in which the lowest number is the best one."""

PLACES = frozenset(map(stem, "city location place town venue country address port".split()))  # noqa: SIM905
"""Stems of the names of columns that tell where something is."""

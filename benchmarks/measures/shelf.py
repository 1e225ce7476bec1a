"""Indexing and search as the corpus grows."""

from benchmarks.bench import Bench
from benchmarks.measures.alone import median, program, turns
from benchmarks.section import Chart, Section, Table
from benchmarks.series import ratio

MEGABYTES = (1, 5, 20, 40)


def measure(bench: Bench) -> Section:
    sizes = MEGABYTES[:1] if bench.quick else MEGABYTES
    found = dict(
        zip(sizes, turns(bench, [lambda size=size: program("shelf", bench.core, size) for size in sizes]), strict=True)
    )
    rows, points = [], []
    for size, each in found.items():
        ours, bare = (median(each, who, "indexing", "wall") for who in ("mainstem", "bare"))
        searches = [_search(each, who) for who in ("mainstem", "bare")]
        rows.append(
            [f"{size} MB", f"{median(each, 'passages'):,.0f}", f"{ours:.2f}", f"{bare:.2f}", ratio(ours, bare)]
            + [f"{median(each, 'mainstem', 'again') * 1000:.0f}"]
            + [f"{p50 * 1000:.1f} / {p95 * 1000:.1f}" for p50, p95 in searches]
            + [f"{median(each, 'bytes', 'index') / 1e6:.0f} / {median(each, 'bytes', 'bare') / 1e6:.0f}"]
        )
        points += [{"subject": "mainstem", "MB": size, "ms": searches[0][0] * 1000}]
        points += [{"subject": "bare FTS5", "MB": size, "ms": searches[1][0] * 1000}]
    columns = [
        "corpus",
        "passages",
        "indexing, s",
        "bare insert, s",
        "×",
        "nothing changed, ms",
        "search p50 / p95, ms",
        "bare p50 / p95, ms",
        "index / bare, MB",
    ]
    text = (
        "A made-up corpus of Markdown files of 20 kB, with words in the frequencies of natural language. The peer is "
        "the same passages in a bare FTS5 table, in one transaction, and its own `MATCH … ORDER BY bm25()`: it reads "
        "no file, cuts nothing, and remembers nothing of where a passage stood."
    )
    chart = Chart("shelf", "Search, median", "MB", "ms", points, line=True)
    return Section("Indexing and search", text, [Table(columns, rows)], [chart])


def _search(each: list[dict], who: str) -> tuple[float, float]:
    waits = sorted(wait for one in each for wait in one[who]["search"])
    return waits[len(waits) // 2], waits[int(len(waits) * 0.95)]

"""Growth with the thread: time and bytes of turn 20 and of turn 2,000."""

from benchmarks.bench import Bench
from benchmarks.measures.alone import median, program, turns
from benchmarks.section import Chart, Section, Table
from benchmarks.series import ratio

OURS = (20, 100, 400, 1000, 2000)
THEIRS = (20, 100, 400)
NAMES = {"mainstem": "mainstem's agent", "default": "plain LangGraph"}


def measure(bench: Bench) -> Section:
    wanted = {"mainstem": (20, 40) if bench.quick else OURS, "default": (20, 40) if bench.quick else THEIRS}
    calls = [lambda who=who, at=at: program("turns", who, bench.core, *at) for who, at in wanted.items()]
    found = dict(zip(wanted, turns(bench, calls, rounds=1), strict=True))  # each figure is a median of 15 turns
    rows, points = [], []
    for who, at in wanted.items():
        for position, turn in enumerate(at):
            wall, cpu, size = (median(found[who], position, key) for key in ("wall", "cpu", "bytes"))
            first = median(found[who], 0, "wall")
            rows.append(
                [
                    NAMES[who],
                    f"{turn:,}",
                    f"{wall * 1000:.1f}",
                    f"{cpu * 1000:.1f}",
                    ratio(wall, first),
                    f"{size / 1e6:,.2f}",
                    f"{size / turn / 1000:,.1f}",
                ]
            )
            points.append({"subject": NAMES[who], "turn": turn, "MB": size / 1e6})
    columns = ["", "turn", "wall, ms", "CPU, ms", "× turn 20", "thread on disk, MB", "kB a turn"]
    shared = wanted["default"][-1]
    sizes = [median(found[who], wanted[who].index(shared), "bytes") for who in ("mainstem", "default")]
    said = f"At turn {shared} our thread has 1/{sizes[1] / sizes[0]:.0f} of the bytes of the default."
    text = (
        "Turns of one thread on disk, each with 0.6 kB asked and 0.6 kB answered: our whole agent (five steps a turn, "
        "journal and events included) at the default window, beside a plain graph of one node with `MessagesState` and "
        "`AsyncSqliteSaver`. A turn's time is the median of the 15 turns around it. " + said
    )
    chart = Chart("threads", "A thread on disk", "turn", "MB", points, line=True, log=True)
    return Section("Growth with the thread", text, [Table(columns, rows)], [chart])

"""Questions about figures, answered from a table with the query beside it, and what each department's cost."""

import asyncio
from collections import Counter
from pathlib import Path

from mainstem import Session, Settings, events

TABLE = "month,department,revenue\n2026-01,Harbour,1200\n2026-02,Harbour,1500\n2026-01,Ferry,800\n"
ASKED = [
    ("harbour", "What is the total revenue by department?"),
    ("ferry", "What is the average revenue?"),
]


FOLDER = Path("figures").absolute()


async def main() -> None:
    costs: Counter[str] = Counter()
    async with Session(Settings(docs=[FOLDER], model="extractive")) as session:  # a model of yours costs something
        for department, question in ASKED:
            run = session.ask(question, tags={"department": department})
            async for event in run:
                if isinstance(event, events.ToolFinished):
                    print(f"{event.name}: {event.summary.splitlines()[0]}")
            result = await run.result()
            print(result.text)
            costs[department] += result.cost or 0
    for department, cost in costs.items():
        print(f"{department}: ${cost:.4f}")  # over all runs: mainstem stats --tag department=…


FOLDER.mkdir(exist_ok=True)
(FOLDER / "books.csv").write_text(TABLE)
asyncio.run(main())

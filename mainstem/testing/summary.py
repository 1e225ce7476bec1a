"""What a check found, for people: first what is the graph's, then what is Mainstem's, then each law's count."""

from collections import Counter
from collections.abc import Iterator, Sequence

from mainstem.testing.trials import FindingAbout, Trial, TrialFinding
from mainstem.text import one_line, short

UNJUDGED = (
    "Nothing can be judged: the graph does not finish though its model answers well. "
    "If it wants other words than prose, such as JSON, give them: --plain FILE."
)

_SHOWN = 2000
"""Characters of a script that are shown; all of it is in the JSON and in JUnit's report."""

_HEADS: dict[FindingAbout, str] = {
    "graph": "Of the graph:",
    "mainstem": "Of Mainstem, whose stream of this graph breaks a law (please report it, with the script):",
}


def lines(trials: Sequence[Trial]) -> Iterator[str]:
    """The summary, line by line. What several trials show is said once, with the first one's script."""
    for about, head in _HEADS.items():
        found: dict[str, list[Trial]] = {}
        for trial in trials:
            for one in trial.findings:
                if one.about == about:
                    found.setdefault(_said(one), []).append(trial)
        if found:
            yield from ("", head)
        for said, shown in found.items():
            yield from ("", said, _with(shown))
    yield ""
    for laws in zip(*(trial.report.laws for trial in trials), strict=True):
        counted = Counter(law.verdict for law in laws)
        said = (f"{counted[verdict]} {verdict}" for verdict in ("held", "broken", "not checkable") if counted[verdict])
        yield f"{laws[0].number:2} {laws[0].name:<28} {', '.join(said)}"


def _said(finding: TrialFinding) -> str:
    return one_line(str(finding.law)) if finding.law else f"remark: {one_line(finding.text)}"


def _with(trials: Sequence[Trial]) -> str:
    first, *others = trials
    also = f" (also with {', '.join(trial.name for trial in others)})" if others else ""
    return f"  with {first.name}: {short(first.script_json, _SHOWN)}{also}"

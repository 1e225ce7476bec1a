"""What a check found, for other programs: JSON, and JUnit's XML as CI servers read it."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from mainstem.testing.trials import Trial, TrialFinding
from mainstem.text import printable


def as_dict(trial: Trial) -> dict[str, Any]:
    """One trial as plain data: how it ended, each law's verdict, and what is wrong with whom."""
    return {
        "name": trial.name,
        "status": trial.status,
        "error": trial.error,
        "judged": trial.judged,
        "requests": trial.requests,
        "seconds": round(trial.seconds, 3),
        "laws": [
            {"number": law.number, "name": law.name, "verdict": law.verdict, "where": law.where}
            for law in trial.report.laws
        ],
        "findings": [
            {"about": one.about, "law": one.law and one.law.number, "text": one.text} for one in trial.findings
        ],
        "script": trial.script.model_dump(mode="json", exclude_defaults=True),
    }


def junit(name: str, trials: Sequence[Trial]) -> bytes:
    """A test suite with a test case a trial: a broken law fails it, what cannot be judged is an error."""
    told = {
        "name": "mainstem check",
        "tests": str(len(trials)),
        "failures": str(sum(bool(trial.report.broken) for trial in trials if trial.judged)),
        "errors": str(sum(not trial.judged for trial in trials)),
        "time": f"{sum(trial.seconds for trial in trials):.3f}",
    }
    suite = ET.Element("testsuite", told)
    for trial in trials:
        _case(suite, name, trial)
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return ET.tostring(suites, encoding="utf-8", xml_declaration=True)


def _case(suite: ET.Element, name: str, trial: Trial) -> None:
    case = ET.SubElement(suite, "testcase", classname=name, name=trial.name, time=f"{trial.seconds:.3f}")
    if not trial.judged:
        said = f"cannot be judged: a whole answer ended as {trial.status}. {trial.error}".strip()
        ET.SubElement(case, "error", message=printable(said)).text = trial.script_json
    for one in trial.findings if trial.judged else ():
        if one.law is not None:
            failure = ET.SubElement(case, "failure", type=f"law {one.law.number}", message=_line(one))
            failure.text = trial.script_json
    remarks = [_line(one) for one in trial.findings if one.law is None]
    if remarks:
        ET.SubElement(case, "system-out").text = "\n".join(remarks)


def _line(finding: TrialFinding) -> str:
    law = f"{finding.law.number} {finding.law.name}: " if finding.law else ""
    return printable(f"of {'the graph' if finding.about == 'graph' else 'Mainstem'}: {law}{finding.text}")

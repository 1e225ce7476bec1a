"""With nothing indexed, the pages answer typical questions: quoted from the right page, the right sentence first."""

from pathlib import Path

import pytest

from mainstem import Session, Settings

ANSWERS = [
    ("How do I resume a dropped stream?", "resume-a-stream.md", "run.events(from_seq=last + 1)"),
    ("Why is there no output?", "troubleshooting.md", "before the model sends its first word"),
    ("Why is the output choppy?", "troubleshooting.md", "blocks the event loop"),
    ("Why do I see the answer twice?", "troubleshooting.md", "message.delta"),
    ("Why is the database locked?", "troubleshooting.md", "15 seconds"),
    ("My key is wrong, what now?", "troubleshooting.md", "401"),
    ("How do I add a tool?", "add-a-tool.md", "tools/__init__.py"),
    ("How do I add a node?", "add-a-node.md", "nodes/"),
    ("How do I use my own graph?", "your-own-graph.md", "watch(graph, input)"),
    ("What is a law?", "laws.md", "a promise"),
    ("What is a thread?", "concepts.md", "a conversation"),
    ("What does truncated mean?", "concepts.md", "did not say that its answer is complete"),
    ("What does seq mean?", "concepts.md", "position in its run"),
    ("What is ttft?", "events.md", "first delta"),
    ("How do I set the model?", "models.md", "--model"),
    ("How do I use Ollama?", "models.md", "OPENAI_BASE_URL"),
    ("How do I approve a tool call?", "approvals.md", "--approve"),
    ("Which file formats can be indexed?", "documents-and-tables.md", "PDF"),
    ("How do I install it?", "ask.md", "pip install -q uv"),
    ("Can I use it without a network?", "ask.md", "No network is needed once Mainstem is installed"),
    ("What is the difference between done and truncated?", "concepts.md", "whether the model said"),
    ("How do I back up my threads?", "operations.md", "VACUUM INTO"),
    ("Where is my data stored?", "documents-and-tables.md", ".mainstem"),
    ("How do I change the tool timeout?", "configure.md", "MAINSTEM_TOOL_TIMEOUT"),
    ("How do I continue a conversation?", "ask.md", "--thread"),
    ("What do the exit codes mean?", "command-line.md", "130 stopped"),
    ("How do I replay a run?", "record-and-replay.md", "mainstem replay RUN"),
    ("How do I make a typing effect?", "shape-the-text.md", "interval=0.03"),
    ("How do I check my graph against faults?", "check-your-graph.md", "mainstem check"),
    ("How do I back up the home folder?", "operations.md", "VACUUM INTO"),
    ("How do I go past one machine?", "operations.md", "Aegra"),
    ("How do I run Mainstem behind nginx?", "operations.md", "proxy_pass"),
    ("How do I test my graph without a real model?", "testing.md", "ScriptedModel"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize(("question", "page", "words"), ANSWERS)
async def test_a_question_is_answered_from_its_page(question: str, page: str, words: str, home: Path):
    async with Session(Settings(home=home, model="extractive")) as session:
        result = await session.ask(question).result()
    assert result.status == "done"
    assert page in [Path(citation.document).name for citation in result.citations]
    assert words in result.text


async def test_a_question_about_something_else_is_refused(home: Path):
    async with Session(Settings(home=home, model="extractive")) as session:
        result = await session.ask("Who is the king of Norway?").result()
    assert not result.citations
    assert "found nothing" in result.text

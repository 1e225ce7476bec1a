"""The grader, the metrics and the loaders of `benchmarks/answers.py`, on data small enough to know the result."""

import csv
import io
import json

import pytest

from benchmarks.answering import asking, formats, refusals, report
from benchmarks.answering.bootstrap import interval
from benchmarks.answering.columns import of_numbers
from benchmarks.answering.grading import Gold, gold, grade
from benchmarks.answering.loaders import beir, qa, reports, sections, spans, summaries, tables
from benchmarks.answering.metrics import overlap, ranking, support, verdicts, words
from benchmarks.answering.numbers import number, numbers
from benchmarks.answering.rooms import verdict
from benchmarks.answering.suite import Case, Measure, Reply, Suite
from mainstem import Settings
from mainstem.settings import use

from .. import forked
from ..conftest import ROOT

NONE = Gold(none=True)
NOTHING = "I found nothing in the documents that answers this. Name another folder with --docs, or use a model."
ONE_ROW = (
    "Table `staff`:\n\n| name | salary |\n| --- | --- |\n| Anna | 5000 |\n\nQuery: `SELECT name, salary FROM staff`"
)
ROWS = ONE_ROW.replace("\n\nQuery", "\n| Bob | 4000 |\n\nQuery")

GRADED = [
    # words
    ("Employees get 28 days of vacation. [1]", gold("28"), "right"),
    ("Employees get twenty days.", gold("28"), "wrong"),
    ("The year has 228 days.", gold("28"), "wrong"),
    ("It costs $1,234.50 a year.", gold("1234.5"), "right"),
    ("It was 12.346 on average.", gold("12.35"), "right"),
    ("It was 12.46 on average.", gold("12.35"), "wrong"),
    ("There are three harbours.", gold("3"), "right"),
    ("A loss of (100) was made.", gold("-100"), "right"),
    ("A gain of 100 was made.", gold("-100"), "wrong"),
    ("The café is in Zürich.", gold("Cafe"), "right"),
    ("It is the Aalborgs.", gold("Aalborg"), "wrong"),
    ("Anna leads it.", gold(["Anna Berg", "Anna"]), "right"),
    ("Anna leads it.", gold("Anna", "Bob"), "wrong"),
    ("Anna and Bob lead it.", gold("Bob", "Anna"), "right"),
    ("It is not allowed.", gold("allowed", never=["not"]), "wrong"),
    ("See [28].", gold("28"), "wrong"),
    # tables
    ("Table `staff`: 2.", gold("2"), "right"),
    ("Table `t2022`: 5.\n\nQuery: `SELECT 7`", gold("2022"), "wrong"),
    ("Table `t`: 5.\n\nQuery: `SELECT 7`", gold("7"), "wrong"),
    (ONE_ROW, gold("Anna"), "right"),
    (ONE_ROW, gold("5,000"), "right"),
    (ROWS, gold("Anna"), "wrong"),
    (ROWS, gold("Anna", "Bob"), "right"),
    (ROWS, gold("5000", "4000"), "right"),
    (ROWS, gold("Anna", "4000"), "wrong"),
    (ROWS, gold("Anna", "Cleo"), "wrong"),
    # nothing
    (NOTHING, gold("28"), "refused"),
    (NOTHING, NONE, "right"),
    ("", gold("28"), "refused"),
    ("I don't know who that is.", NONE, "right"),
    ("The documents do not mention a king.", NONE, "right"),
    ("I did not understand *reorder*. The table has these columns: …", gold("28"), "refused"),
    ("Harald is the king. [1]", NONE, "wrong"),
    ("I don't know, he said, and left. [1]", NONE, "wrong"),
    ("Table `staff` has no row that matches.", NONE, "right"),
    ("Table `staff` has no row that matches.", gold("28"), "wrong"),
]


@pytest.mark.parametrize(("text", "right", "expected"), GRADED)
def test_the_grader_on_answers_known_right_and_wrong(text, right, expected):
    assert grade(text, right) == expected


@pytest.mark.parametrize("text", ["I found no passage about it.", "None of the sources say so, I am unable to answer."])
def test_a_refusal_is_told_by_its_words(text):
    assert refusals.refused(text)


def test_numbers():
    assert list(numbers("1,234.50 or -3 or (7) of 2, v1.2")) == [1234.5, -3, -7, 2]
    assert list(numbers("1.234,50 € or $.5, 1.234 and 22,015 in 2019-2020")) == [1234.5, 0.5, 1.234, 22015, 2019, 2020]
    assert [number(text) for text in ("12 %", "$5", "(100)", "28 days", "Route 66 north", "")] == [
        12, 5, -100, 28, None, None,
    ]  # fmt: skip


def test_the_interval_holds_the_mean_and_narrows():
    few, many = interval([0.0, 1.0] * 5), interval([0.0, 1.0] * 500)
    assert few[1] < few[0] == 0.5 < few[2]
    assert many[2] - many[1] < (few[2] - few[1]) / 3
    assert interval([0.0, 1.0] * 5) == few
    assert interval([]) == (0, 0, 0)


def test_the_last_line():
    assert report.last_line(Measure("ndcg@10", [1.0, 1.0]), 0) == "ndcg@10 1.000 [1.000, 1.000] n=2"


def test_ndcg():
    assert ranking.ndcg(["a", "b"], {"a": 1}) == 1
    assert ranking.ndcg(["b", "a"], {"a": 1}) == pytest.approx(0.6309, abs=1e-4)
    assert ranking.ndcg(["b"], {"a": 1}) == 0


def test_sections_and_pages():
    passage = {"path": "/x/docs/a.md", "heading": "Guide > Add a tool"}
    asked = [(Case("q", [("docs/a.md", "Add a tool")]), Reply(passages=[passage]))]
    asked += [(Case("q", [("docs/a.md", "Remove a tool")]), Reply(passages=[passage]))]
    asked += [(Case("q", [("docs/b.md", "")]), Reply(passages=[passage]))]
    pages, headed, _ = ranking.sections(asked)
    assert (list(pages.values), list(headed.values)) == ([1, 1, 0], [1, 0])


def test_spans_count_characters_once():
    assert overlap.shared([("a", 0, 10)], [("a", 5, 15), ("a", 5, 15)]) == (0.5, 5 / 15, 0.5)
    assert overlap.shared([("a", 0, 10)], [("b", 0, 10)]) == (0, 0, 0)


def test_rouge():
    assert words.rouge("cat sat on mat", "cat sat on mat") == (1, 1, 1)
    one, two, longest = words.rouge("mat on sat cat", "cat sat on mat")
    assert (one, two, longest) == (1, 0, 0.25)


def test_support_is_measured_by_side():
    rows = [({"supported": True}, "supported"), ({"supported": "no"}, "doubtful"), ({"supported": False}, "supported")]
    accuracy, caught, flagged = support.support([(Case("", row), Reply(status=said)) for row, said in rows])
    assert (list(accuracy.values), list(caught.values), list(flagged.values)) == ([1, 1, 0], [1, 0], [0])


async def test_the_check_passes_a_sentence_that_its_passage_says():
    said = "The ferry sails at nine."
    with use(Settings()):  # else they are read in the event loop, by whichever test comes first
        assert (await verdict(said, said, "When?")).status == "supported"
        assert (await verdict("Penguins adore chess tournaments.", said)).status != "supported"


def test_beir(tmp_path):
    write(tmp_path / "corpus.jsonl", [{"_id": "x/1", "title": "T", "text": "body"}, {"_id": "2", "text": "more"}])
    write(tmp_path / "queries.jsonl", [{"_id": "q", "text": "what?"}, {"_id": "unused", "text": "?"}])
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\tx/1\t2\nq\t2\t0\n")
    suite = beir.load(tmp_path)
    assert suite.groups[""] == {"000000.md": "# T\n\nbody\n", "000001.md": "more"}
    assert [(case.question, case.gold) for case in suite.cases] == [("what?", {"000000.md": 2.0})]


def test_qa_as_squad_asks_each_question_with_its_paragraph_and_without(tmp_path):
    paragraphs = [
        {"context": "A.", "qas": [{"question": "a?", "answers": [{"text": "A"}, {"text": "A"}]}]},
        {"context": "B.", "qas": [{"question": "b?", "answers": [], "is_impossible": True}]},
    ]
    (tmp_path / "dev.json").write_text(json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}))
    suite = qa.load(tmp_path)
    assert suite.groups[qa.ALL] == {"000000.txt": "A.", "000001.txt": "B."}
    assert [(case.question, case.gold, case.group) for case in suite.cases] == [
        ("a?", Gold((("A",),)), qa.ALL),
        ("a?", NONE, "1"),
        ("b?", NONE, qa.ALL),
    ]
    assert suite.groups["1"] == {"000001.txt": "B."}


def test_qa_beside_documents(tmp_path):
    (tmp_path / "manual.md").write_text("# M")
    write(
        tmp_path / "questions.jsonl", [{"question": "m?", "answers": ["M"]}, {"question": "n?", "unanswerable": True}]
    )
    suite = qa.load(tmp_path)
    assert list(suite.groups[qa.ALL]) == ["manual.md"]
    assert [case.gold for case in suite.cases] == [Gold((("M",),)), NONE]


def test_sections(tmp_path):
    write(tmp_path / "questions.jsonl", [{"question": "m?", "sections": ["docs/m.md#Head", "n.md"]}])
    (tmp_path / "n.md").write_text("# N")
    suite = sections.load(tmp_path)
    assert list(suite.groups[""]) == ["n.md"]
    assert suite.cases[0].gold == [("docs/m.md", "Head"), ("n.md", "")]


def test_spans(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "one.md").write_text("Some text.")
    rows = io.StringIO()
    writer = csv.writer(rows)
    references = json.dumps([{"content": "text", "start_index": 5, "end_index": 9}])
    writer.writerows([["question", "references", "corpus_id"], ["q?", references, "one"]])
    (tmp_path / "questions_df.csv").write_text(rows.getvalue())
    assert spans.load(tmp_path).cases[0].gold == [("one.md", 5, 9)]


def test_tables(tmp_path):
    (tmp_path / "csv" / "200-csv").mkdir(parents=True)
    (tmp_path / "csv" / "200-csv" / "1.csv").write_text("a,b\n1,2\n")
    row = "\t".join(["nu-0", 'the "who"?', "csv/200-csv/1.csv", "x|y"])
    (tmp_path / "pristine-unseen-tables.tsv").write_text(f"id\tutterance\tcontext\ttargetValue\n{row}\n")
    suite = tables.load(tmp_path)
    assert suite.groups == {"csv/200-csv/1.csv": {"200-1.csv": b"a,b\n1,2\n"}}
    assert suite.cases[0].gold == gold("x", "y")
    assert suite.cases[0].question == 'the "who"?'


def test_reports(tmp_path):
    question = {"question": "q?", "answer": 12.5, "answer_type": "arithmetic", "answer_from": "table", "scale": ""}
    spans_of = {**question, "answer": ["a", "b"], "answer_type": "multi-span", "answer_from": "table-text"}
    context = {"table": {"table": [["x", "1"]]}, "paragraphs": [{"order": 2, "text": "B"}, {"order": 1, "text": "A"}]}
    (tmp_path / "d.json").write_text(json.dumps([{**context, "questions": [question, spans_of]}]))
    suite = reports.load(tmp_path)
    assert suite.groups["00000"] == {"report.md": "A\n\nB\n", "table.csv": "x,1\r\n"}
    assert [(case.gold, case.kind) for case in suite.cases] == [
        (gold("12.5"), "arithmetic"),
        (gold("a", "b"), "spans in table"),
    ]


def test_summaries(tmp_path):
    meeting = {"meeting_transcripts": [{"speaker": "A", "content": "Hi."}]}
    queries = {"general_query_list": [{"query": "All?", "answer": "Hi."}], "specific_query_list": []}
    write(tmp_path / "test.jsonl", [{**meeting, **queries}])
    suite = summaries.load(tmp_path)
    assert suite.groups["00000"] == {"meeting.txt": "A: Hi.\n"}
    assert [(case.question, case.gold, case.kind) for case in suite.cases] == [("All?", "Hi.", "general")]


def test_a_sample_is_the_same_for_the_same_seed():
    suite = Suite({}, [Case(str(at), None) for at in range(50)])
    drawn = [case.question for case in suite.sampled(5, 1).cases]
    assert drawn == [case.question for case in suite.sampled(5, 1).cases]
    assert drawn != [case.question for case in suite.sampled(5, 2).cases]
    assert suite.sampled(60, 1) is suite


async def test_a_suite_is_asked_and_searched():
    files = {"a": {"handbook.md": "# Handbook\n\n## Notice\n\nThe notice period is three months.\n"}}
    suite = Suite(files, [Case("What is the notice period?", gold("three months"), "a")])
    asked = await asking.ask(suite, asking.Subject())
    assert list(verdicts.answers(asked)[0].values) == [1]
    [(_, reply)] = await asking.search(suite, asking.Subject())
    assert reply.passages[0]["path"].endswith("handbook.md")


def test_columns_of_numbers():
    rows = [["a", "b", "c", "d"], ["1", "x", "$5", "-"], ["2", "3", "(1,000)", ""], ["-", "4", "1,5 %", "n/a"]]
    assert of_numbers(rows) == [0]
    assert of_numbers([row[:3] for row in rows[:3]]) == [0, 2]


async def test_it_is_told_which_columns_of_numbers_are_read_as_numbers():
    files = {"a": {"staff.csv": "name,salary,city\nAnna,5000,Moss\nBob,4000,Oslo\n"}}
    suite = Suite(files, [Case("What is the average salary?", gold("4500"), "a")] * 2)
    asked = await asking.ask_tables(suite, asking.Subject())
    assert [reply.columns for _, reply in asked] == [{"staff.csv:1": True}, None]
    assert [list(each.values) for each in verdicts.tables(asked)][-1] == [0]


def test_every_format_of_the_issue_is_there():
    named = ["beir", "qa", "sections", "spans", "tables", "reports", "support", "summaries"]
    assert list(formats.FORMATS) == named


@pytest.mark.real
def test_the_command(tmp_path):
    said = "The ferry sails at nine."
    write(tmp_path / "rows.jsonl", [{"sentence": said, "passage": said, "supported": True}])
    ran = forked.run("benchmarks/answers.py", "support", tmp_path, cwd=ROOT, timeout=120)
    assert ran.stdout.splitlines()[-1] == "accuracy 1.000 [1.000, 1.000] n=1", ran.stderr


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

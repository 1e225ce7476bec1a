"""Passages that are found by what they mean: made when indexing, mixed in when searching, and never needed."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from mainstem import Session, Settings
from mainstem.knowledge import Library
from mainstem.knowledge.embeddings import EmbeddingFailed, embedding_model
from mainstem.stores.knowledge.vectors import Nearness
from mainstem.stream.extras import PACKAGES, MissingExtra

from .conftest import Write

pytestmark = pytest.mark.worker

CONCEPTS = ({"car", "cars", "vehicle", "automobiles"}, {"yard", "lot", "park"}, {"holiday", "vacation"})
FILES: dict[str, str | bytes] = {
    "cars.md": "# Cars\n\nAutomobiles stand in the yard behind the house.\n",
    "bread.md": "# Bread\n\nBread is baked at five in the morning.\n",
    "boats.md": "# Boats\n\nBoats leave for the islands at noon.\n",
}
MEANT = "vehicle lot"
"""A question that shares no word with any of these files."""


class Concepts:
    """An embedder that knows three things, counts what it was asked, and can be made to fail."""

    def __init__(self, name: str = "concepts") -> None:
        self.name = name
        self.asked: list[str] = []
        self.fails_after = 1_000_000

    def __call__(self) -> "Concepts":
        return self

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        if len(self.asked) >= self.fails_after:
            raise EmbeddingFailed("it is out of order")
        self.asked += texts
        rows = [[1.0 * len(each & {*re.findall(r"\w+", text.lower())}) for each in CONCEPTS] for text in texts]
        return np.asarray(rows, np.float32)


@pytest.fixture
def concepts() -> Concepts:
    return Concepts()


@pytest.fixture
def near(tmp_path: Path, concepts: Concepts) -> Library:
    return Library(tmp_path / "home", embeddings=concepts)


async def documents(library: Library, query: str) -> list[str]:
    return [passage.document for passage in (await library.search(query)).passages]


async def test_a_passage_that_shares_no_word_is_found(near: Library, library: Library, write: Write):
    await near.index([write(FILES)])
    assert await documents(near, MEANT) == ["cars.md"]
    assert await documents(library, MEANT) == []
    (found,) = (await near.search(MEANT)).passages
    assert found.coverage == 0.0


def test_by_its_vector_alone_only_what_stands_out_is_found():
    many, few = np.linspace(0.1, 0.3, 200, dtype=np.float32), np.asarray([0.1, 0.1, 0.1, 0.2], np.float32)
    assert Nearness(np.arange(200), many).nearest(5) == []
    assert Nearness(np.arange(201), np.append(many, np.float32(0.9))).nearest(5) == [200]
    assert Nearness(np.arange(4), few).nearest(2) == [3]


async def test_what_has_not_changed_is_not_embedded_again(near: Library, concepts: Concepts, write: Write):
    root = write(FILES)
    await near.index([root])
    assert len(concepts.asked) == 3
    assert concepts.asked[-1].startswith("Cars\nAutomobiles") or any("Cars\n" in text for text in concepts.asked)
    write({"bread.md": "# Bread\n\nBread is baked at six.\n"})
    await near.index([root])
    assert len(concepts.asked) == 4


async def test_the_progress_tells_of_passages(near: Library, write: Write):
    steps = []
    await near.index([write(FILES)], progress=steps.append)
    assert [(step.label, step.done, step.total, step.unit) for step in steps[-1:]] == [("embedding", 3, 3, "passages")]


async def test_another_model_embeds_anew(near: Library, tmp_path: Path, write: Write):
    root = write(FILES)
    await near.index([root])
    other = Concepts("others")
    again = Library(tmp_path / "home", embeddings=other)
    assert await documents(again, MEANT) == []
    other.asked.clear()
    await again.index([root])
    assert len(other.asked) == 3
    assert await documents(again, MEANT) == ["cars.md"]


async def test_an_index_that_had_none_gets_them(near: Library, library: Library, concepts: Concepts, write: Write):
    root = write(FILES)
    await library.index([root])
    assert await documents(near, MEANT) == []
    assert "bread.md" in await documents(near, "When is bread baked?")
    report = await near.index([root])
    assert (report.indexed, report.unchanged) == (0, 3)
    assert await documents(near, MEANT) == ["cars.md"]


async def test_a_model_that_fails_leaves_the_words(near: Library, concepts: Concepts, write: Write, caplog):
    concepts.fails_after = 0
    report = await near.index([write(FILES)])
    assert report.indexed == 3
    assert "it is out of order" in caplog.text
    caplog.clear()
    assert await documents(near, "When is bread baked?") == ["bread.md"]
    assert "words alone" in caplog.text


async def test_many_passages_are_embedded_in_parts(near: Library, concepts: Concepts, write: Write):
    root = write({f"{number}.md": f"Loaf {number} is baked.\n" for number in range(300)})
    concepts.fails_after = 200
    await near.index([root])
    first = len(concepts.asked)
    assert 200 <= first < 300
    concepts.fails_after = 1_000_000
    await near.index([root])
    assert len(concepts.asked) == 300


def model2vec(folder: Path) -> Path:
    """A model as model2vec saves it, of the words of these tests."""
    folder.mkdir()
    words = ["[UNK]", *(word for each in CONCEPTS for word in sorted(each))]
    rows = [[0.0, 0.0, 0.0], *([1.0 * (word in each) for each in CONCEPTS] for word in words[1:])]
    save_file({"embeddings": np.asarray(rows, np.float16)}, folder / "model.safetensors")
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def settings(tmp_path: Path, embeddings: str, **more) -> Settings:
    docs = [tmp_path / "docs"]
    return Settings(home=tmp_path / "home", docs=docs, model="extractive", embeddings=embeddings, **more)


def test_a_folder_of_model2vec_is_read(tmp_path: Path):
    get = embedding_model(settings(tmp_path, str(model2vec(tmp_path / "model"))))
    assert get is not None
    rows = get().embed(["vehicle yard", "", "nothing of it"])
    assert rows.tolist() == [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    assert re.fullmatch(r"model2vec/[0-9a-f]{16}", get().name)


@pytest.mark.parametrize("name", ["nowhere", "docs"])
async def test_a_folder_that_holds_no_model_is_named(tmp_path: Path, write: Write, caplog, name: str):
    root = write({**FILES, "model.safetensors": b"no weights"})
    library = Library(tmp_path / "home", embeddings=embedding_model(settings(tmp_path, str(tmp_path / name))))
    assert (await library.index([root])).indexed == 3
    assert str(tmp_path / name) in caplog.text
    assert await documents(library, "When is bread baked?") == ["bread.md"]


async def test_the_default_model_refuses_what_only_vectors_find(tmp_path: Path, write: Write):
    """A quote must share words with its question: nearness alone is no answer."""
    write(FILES)
    async with Session(settings(tmp_path, str(model2vec(tmp_path / "model")))) as session:
        result = await session.ask("Which automobiles or vehicle lot is meant by the word holiday?").result()
        assert not result.citations
        answered = await session.ask("When is bread baked?").result()
    assert "five in the morning" in answered.text
    assert answered.citations


def test_without_its_packages_what_to_install_is_said(tmp_path: Path, monkeypatch):
    get = embedding_model(settings(tmp_path, "wordllama", openai_base_url="http://127.0.0.1:9/not-asked-before"))
    assert get is not None
    monkeypatch.setitem(PACKAGES, "embeddings", ("nowhere_to_be_found",))
    from mainstem.stream import extras

    extras.require.cache_clear()
    with pytest.raises(MissingExtra, match=re.escape("mainstem[embeddings]")):
        get()


@pytest.mark.real
def test_who_names_no_model_imports_nothing_of_it(tmp_path: Path):
    write = "from pathlib import Path; Path('docs').mkdir(); Path('docs/a.md').write_text('Boats leave at noon.')"
    ask = (
        "import asyncio, sys; from mainstem.knowledge import Library; library = Library(Path('home'));"
        "asyncio.run(library.index(['docs'])); assert asyncio.run(library.search('boats')).passages;"
        "print(sorted({'numpy', 'tokenizers', 'wordllama', 'openai'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{write}; {ask}"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


class EmbeddingServer(ThreadingHTTPServer):
    """An OpenAI-compatible server that gives each text its length; it keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Embeddings)
        self.asked: list[dict] = []
        self.keys: list[str] = []
        self.status = 200


class _Embeddings(BaseHTTPRequestHandler):
    server: EmbeddingServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({"path": self.path, **body})
        self.server.keys.append(self.headers["Authorization"])
        rows = [{"index": at, "embedding": [float(len(text)), 1.0]} for at, text in enumerate(body["input"])]
        answer = json.dumps({"object": "list", "data": rows[::-1], "model": body["model"]}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its parent calls it so)
        pass


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with EmbeddingServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_server_is_asked_in_parts(tmp_path: Path, server: EmbeddingServer):
    address = f"http://127.0.0.1:{server.server_port}/v1"
    get = embedding_model(settings(tmp_path, "openai:small", openai_base_url=address, openai_api_key="k"))
    assert get is not None
    texts = ["x" * number for number in range(1, 71)]
    assert get().embed(texts)[:, 0].tolist() == [float(number) for number in range(1, 71)]
    assert [len(each["input"]) for each in server.asked] == [32, 32, 6]
    assert {(each["path"], each["model"]) for each in server.asked} == {("/v1/embeddings", "small")}
    assert set(server.keys) == {"Bearer k"}
    assert get().embed([" "]).tolist() == [[1.0, 1.0]]


def test_a_server_that_refuses_is_an_error_in_words(tmp_path: Path, server: EmbeddingServer):
    server.status = 404
    address = f"http://127.0.0.1:{server.server_port}/v1"
    get = embedding_model(settings(tmp_path, "openai:small", openai_base_url=address))
    assert get is not None
    with pytest.raises(EmbeddingFailed, match="no embeddings of small"):
        get().embed(["x"])


@pytest.mark.real
async def test_wordllama_finds_what_is_meant(tmp_path: Path, write: Write):
    root = write(FILES)
    words_only = Library(tmp_path / "words")
    library = Library(tmp_path / "home", embeddings=embedding_model(settings(tmp_path, "wordllama")))
    await words_only.index([root])
    await library.index([root])
    query = "ships departing to sea"
    assert await documents(words_only, query) == []
    assert (await documents(library, query))[0] == "boats.md"

"""Index runs: what is read, what is left alone, what is forgotten."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mainstem.knowledge import IndexProgress, IndexReport, Library, NotFound, NothingToRead, UnreadKind
from mainstem.knowledge.indexer import Indexer

from .conftest import Write
from .samples import docx, pdf

pytestmark = pytest.mark.worker


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.indexed, report.unchanged, report.removed, len(report.skipped)


async def test_a_folder_of_every_kind(library: Library, write: Write):
    root = write(
        {
            "a.md": "# Alpha\n\nWords.",
            "b.mdx": "Beta.",
            "c.txt": "Gamma.",
            "sub/d.rst": "Delta\n=====\n\nWords.",
            "e.html": "<p>Epsilon.",
            "f.pdf": pdf(["Zeta."]),
            "g.docx": docx(("Normal", "Eta.")),
            "h.csv": "name,age\nAda,36\n",
            "picture.png": b"\x89PNG",
        }
    )

    report = await library.index([root])

    assert counts(report) == (8, 0, 0, 0)
    assert (report.passages, report.tables) == (7, 1)
    assert report.unread == (UnreadKind(".png", 1),)
    listed = await library.documents()
    assert [(each.document, each.kind) for each in listed] == [
        ("a.md", "md"), ("b.mdx", "mdx"), ("c.txt", "txt"), ("e.html", "html"), ("f.pdf", "pdf"), ("g.docx", "docx"),
        ("sub/d.rst", "rst"),
    ]  # fmt: skip
    assert {each.collection for each in listed} == {"user"}
    assert listed[0].path == str(root / "a.md")
    assert listed[0].chars == len("# Alpha\n\nWords.")


async def test_a_run_that_finds_nothing_new_writes_nothing(library: Library, write: Write, tmp_path: Path):
    root = write({"a.md": "Alpha.", "b.csv": "x\n1\n", "picture.png": b"\x89PNG"})
    for path in root.iterdir():
        os.utime(path, (1, 1))
    await library.index([root])
    with closing(sqlite3.connect(tmp_path / "home" / "index.sqlite")) as onlooker:
        before = onlooker.execute("PRAGMA data_version").fetchone()

        await library.index([root])
        assert onlooker.execute("PRAGMA data_version").fetchone() == before

        (root / "another.png").write_bytes(b"\x89PNG")
        assert (await library.index([root])).unread == (UnreadKind(".png", 2),)
        assert onlooker.execute("PRAGMA data_version").fetchone() != before
    assert await library.unread() == [UnreadKind(".png", 2)]


async def test_only_what_changed_is_read_again(library: Library, write: Write, monkeypatch: pytest.MonkeyPatch):
    root = write({"a.md": "Alpha.", "b.md": "Beta.", "c.csv": "x\n1\n"})
    for path in root.iterdir():
        os.utime(path, (1, 1))
    await library.index([root])
    read: list[str] = []
    original = Indexer._request
    monkeypatch.setattr(Indexer, "_request", lambda self, file: (read.append(file.name), original(self, file))[1])

    assert counts(await library.index([root])) == (0, 3, 0, 0)
    assert read == []

    write({"a.md": "Another."})
    assert counts(await library.index([root])) == (1, 2, 0, 0)
    assert read == ["a.md"]
    assert (await library.search("alpha")).passages == ()
    assert [passage.text for passage in (await library.search("another")).passages] == ["Another."]


async def test_a_file_that_was_only_touched_is_not_cut_again(library: Library, write: Write):
    root = write({"a.md": "Alpha."})
    os.utime(root / "a.md", (1, 1))
    await library.index([root])
    os.utime(root / "a.md", (2, 2))

    assert counts(await library.index([root])) == (0, 1, 0, 0)


async def test_a_change_within_the_clocks_grain_is_seen(library: Library, write: Write):
    root = write({"a.md": "Alpha."})
    state = (root / "a.md").stat()
    await library.index([root])
    write({"a.md": "Omega."})
    os.utime(root / "a.md", ns=(state.st_atime_ns, state.st_mtime_ns))

    assert counts(await library.index([root])) == (1, 0, 0, 0)


async def test_what_is_gone_is_forgotten_under_the_given_roots_only(library: Library, write: Write):
    root = write({"one/a.md": "Alpha.", "one/t.csv": "x\n1\n", "two/b.md": "Beta.", "two/c.md": "Gamma."})
    await library.index([root])
    for name in ("one/a.md", "one/t.csv", "two/b.md"):
        (root / name).unlink()

    assert counts(await library.index([root / "two"])) == (0, 1, 1, 0)
    assert [each.document for each in await library.documents()] == ["c.md", "one/a.md"]
    assert len(await library.tables()) == 1

    with pytest.raises(NothingToRead):
        await library.index([root / "one"])
    assert [each.document for each in await library.documents()] == ["c.md"]
    assert await library.tables() == []
    assert (await library.search("alpha beta")).passages == ()


async def test_a_single_file_and_a_path_given_as_text(library: Library, write: Write):
    root = write({"a.md": "Alpha.", "b.md": "Beta."})

    assert counts(await library.index([str(root / "a.md")])) == (1, 0, 0, 0)
    assert counts(await library.index(str(root / "b.md"))) == (1, 0, 0, 0)  # pyright: ignore[reportArgumentType]
    assert [each.document for each in await library.documents()] == ["a.md", "b.md"]


async def test_thousands_of_paths(library: Library, write: Write):
    root = write({f"{number}.md": f"Alpha {number}." for number in range(1500)})

    assert counts(await library.index(sorted(root.iterdir()))) == (1500, 0, 0, 0)
    some = [root / f"{number}.md" for number in range(1400)]
    assert len(await library.documents(paths=some)) == 1400
    assert len((await library.search("alpha", paths=some)).passages) == 8


async def test_overlapping_roots_name_a_file_once(library: Library, write: Write):
    root = write({"sub/a.md": "Alpha."})

    assert counts(await library.index([root, root / "sub", root / "sub" / "a.md"])) == (1, 0, 0, 0)
    assert [each.document for each in await library.documents()] == ["sub/a.md"]


async def test_hidden_and_foreign_folders_and_the_home_are_passed_over(tmp_path: Path, write: Write):
    root = write(
        {f"{folder}/x.md": "Secret." for folder in (".git", ".hidden", "node_modules", "__pycache__", "home")}
        | {"a.md": "Alpha.", ".b.md": "Beta."}
    )
    library = Library(root / "home")

    report = await library.index([root])

    assert counts(report) == (1, 0, 0, 0)
    await library.close()


async def test_links_are_followed_within_the_folder_and_not_in_circles(library: Library, write: Write, tmp_path: Path):
    root = write({"sub/a.md": "Alpha."})
    (root / "sub" / "up").symlink_to(root)
    (root / "self.md").symlink_to(root / "self.md")
    outside = tmp_path / "outside.md"
    outside.write_text("Outside.")
    (root / "out.md").symlink_to(outside)
    (root / "in.md").symlink_to(root / "sub" / "a.md")

    report = await library.index([root])

    assert [each.document for each in await library.documents()] == ["in.md", "sub/a.md"]
    assert [Path(each.path).name for each in report.skipped] == ["out.md", "self.md", "up"]
    assert "leads out of its folder" in report.skipped[0].reason
    assert "link to a folder" in report.skipped[2].reason
    assert (await library.search("outside")).passages == ()
    await library.index([root / "out.md"])  # who names the link means what it leads to
    assert len((await library.search("outside", paths=[root / "out.md"])).passages) == 1


async def test_progress_comes_for_every_file_in_the_loops_thread(library: Library, write: Write):
    root = write({f"{number}.md": f"Number {number}." for number in range(5)})
    loop = asyncio.get_running_loop()
    seen: list[tuple[IndexProgress, bool]] = []

    await library.index([root], progress=lambda step: seen.append((step, asyncio.get_running_loop() is loop)))

    assert seen == [(IndexProgress(f"{number}.md", number + 1, 5, "files"), True) for number in range(5)]


async def test_collections_are_apart(library: Library, write: Write):
    root = write({"user/a.md": "Alpha of the user.", "own/a.md": "Alpha of Mainstem."})
    await library.index([root / "own"], collection="mainstem")

    assert (await library.search("alpha")).collection == "mainstem"
    assert not await library.holds("user")

    await library.index([root / "user"])
    assert await library.holds("user")
    found = await library.search("alpha")
    assert (found.collection, [each.text for each in found.passages]) == ("user", ["Alpha of the user."])
    [own] = (await library.search("alpha", collection="mainstem")).passages
    assert own.text == "Alpha of Mainstem."
    assert (await library.search("alpha", collection="nowhere")).passages == ()


async def test_forget(library: Library, write: Write, tmp_path: Path):
    root = write({"a.md": "Alpha.", "sub/b.md": "Beta.", "sub/t.csv": "x\n1\n"})
    assert await library.forget(root) == 0
    await library.index([root])

    assert await library.forget(root / "sub") == 2
    assert [each.document for each in await library.documents()] == ["a.md"]
    assert list((tmp_path / "home" / "tables").iterdir()) == []


async def test_nothing_is_made_before_something_is_indexed(library: Library, tmp_path: Path):
    assert (await library.search("anything")).passages == ()
    assert await library.documents() == []
    assert await library.tables() == []
    assert not await library.holds("user")
    with pytest.raises(NotFound):
        await library.read("a.md")
    assert not (tmp_path / "home").exists()


async def test_a_cancelled_run_ends_at_once_and_keeps_what_it_had(library: Library, write: Write):
    text = "\n\n".join(f"Paragraph {number} of a rather long document, with words." for number in range(3000))
    root = write({f"{number:03}.md": text for number in range(60)})
    began = asyncio.Event()
    task = asyncio.create_task(library.index([root], progress=lambda _: began.set()))
    await began.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert counts(await library.index([root]))[0] > 0  # there was something left to do, and the lock was free
    assert len(await library.documents()) == 60


async def test_kinds_that_are_not_read_are_counted_where_they_lie(library: Library, write: Write):
    root = write(
        {
            "a.md": "Alpha.",
            "x.exe": b"MZ",
            "sub/y.EXE": b"MZ",
            "sub/z.png": b"\x89",
            ".hidden.exe": b"",
            "LICENSE": "MIT.",
        }
    )
    write({"sub/b.md": "Beta.", "core.1234567890123": b"", "NOENDING": b""})

    report = await library.index([root, root / "sub"])
    assert report.unread == (UnreadKind(".exe", 2), UnreadKind("no ending", 2), UnreadKind(".png", 1))
    assert "LICENSE" in {each.document for each in await library.documents()}
    assert await library.unread() == list(report.unread)
    assert await library.unread(paths=[root / "sub"]) == [UnreadKind(".exe", 1), UnreadKind(".png", 1)]

    (root / "sub" / "z.png").unlink()
    assert (await library.index([root / "sub"])).unread == (UnreadKind(".exe", 1),)
    assert await library.unread() == [UnreadKind(".exe", 2), UnreadKind("no ending", 2)]

    await library.forget(root)
    assert await library.unread() == []

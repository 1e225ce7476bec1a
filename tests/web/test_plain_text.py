"""`?format=text`: a run's words, as `curl -N` shows them."""

from tests.web import graphs

from .served import HI, door, followed, problem, started


async def test_the_words_come_with_their_sources_at_the_end(extractive):
    async with door(settings=extractive) as (client, _):
        body = {"question": "When does the ferry sail?", "thread": "t"}
        answer = await client.post("/runs", params={"format": "text"}, json=body)
        again = await client.get(f"/runs/{answer.headers['x-run-id']}/events", params={"format": "text"})
        state = (await client.get("/threads/t")).json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == state["messages"][-1]["text"] + "\n\n[1] ferry.md\n"
    assert again.text == answer.text


async def test_words_that_are_taken_back_are_told(scripted):
    turns = [{"words": "It sails at noon"}, {"error": "broke off", "retryable": True}]
    async with door(settings=scripted(turns, [{"words": "At seven."}])) as (client, _):
        text = (await client.post("/runs", params={"format": "text"}, json={"question": "When?"})).text
    assert text.startswith("It sails at noon\n\n(The words before this line were taken back")
    assert text.endswith(")\n\nAt seven.\n")


async def test_what_goes_wrong_is_told(scripted):
    async with door(settings=scripted([{"words": "Half"}, {"error": "The key is not valid."}])) as (client, _):
        text = (await client.post("/runs", params={"format": "text"}, json={"question": "When?"})).text
    assert text.startswith("Half\n\n(failed: The key is not valid.")


async def test_another_format_is_refused():
    async with door(graphs.answer) as (client, _):
        wrong = problem(await client.post("/runs", params={"format": "xml"}, json=HI), 422)
        assert wrong["detail"] == "query.format: 'xml' is not known; it is one of 'text'"
        run_id, _ = await started(client)
        await followed(client, run_id)
        problem(await client.get(f"/runs/{run_id}/events", params={"format": "xml"}), 422)

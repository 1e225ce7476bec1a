"""A budget that cannot be held keeps runs from starting, and nothing from being read."""

from mainstem import Session, Settings


async def test_without_a_price_no_run_starts_and_threads_are_listed(tmp_path):
    local = "http://127.0.0.1:1/v1"
    settings = Settings(home=tmp_path / "home", model="openai:in-house", openai_base_url=local, budget=1.0)
    async with Session(settings) as session:
        result = await session.ask("What is it?").result()
        assert (result.status, result.error.type) == ("failed", "UnknownPrice")
        assert "MAINSTEM_PRICES" in result.error.hint
        assert await session.threads() == []


async def test_a_price_of_ones_own_is_in_the_bill(scripted):
    used = [{"words": "Hi."}, {"usage": {"input_tokens": 1_000_000, "output_tokens": 2_000_000}}]
    settings = scripted(used)
    name = settings.model.rpartition("/")[2]
    settings = settings.model_copy(update={"prices": {f"scripted:{name}": (0.5, 1.0)}})
    async with Session(settings) as session:
        result = await session.ask("Hi?").result()
    assert result.cost == 2.5

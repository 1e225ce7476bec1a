"""The variants of one session: what each run takes, how they fare, and what is told when one is fallen back from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from ...settings import Settings
from ...stores.users import current_user
from ...stream.events import Notice
from ...stream.run import Run
from ...stream.run_options import Emit, RunOptions
from ...stream.sources import Source
from ...variant import BASELINE, SHADOW_OF, VARIANT
from .choosing import Asker, chosen
from .health import VariantHealth
from .shadow import Shadow, Shadows, check_shadows


class Rollout:
    """Chooses variants and watches over them."""

    def __init__(self, settings: Settings, hold: Callable[[Run], Any]) -> None:
        """`hold`: told of each shadow run, to stop it when the session ends."""
        self._usual = settings
        self.variants = {variant.name: variant for variant in settings.variants}
        self._settings = {name: settings.varied(variant) for name, variant in self.variants.items()}
        self._health = {name: VariantHealth(variant) for name, variant in self.variants.items()}
        self._left: dict[str, str] = {}
        """The variants that are fallen back from, and why."""
        self._untold: list[Notice] = []
        self._shadows = Shadows(hold)

    def tagged(self, tags: Mapping[str, str], thread: str, context: Any) -> dict[str, str]:
        """The tags of a run with that of the variant that it takes; none of it where `context` chooses the model.

        Where there are variants, the tags that are theirs are nobody else's to set.
        """
        if not self.variants:
            return dict(tags)
        asked = {key: value for key, value in tags.items() if key not in (VARIANT, SHADOW_OF)}
        if _chooses_model(context):
            return asked
        variant = chosen(self.variants.values(), _asker(thread, asked))
        return {**asked, VARIANT: self._proven(variant.name if variant else BASELINE)}

    def check(self, *, bundled: bool) -> None:
        """Return when the variants can be had with a session's graph. Raises `MainstemError`."""
        check_shadows(self.variants, bundled=bundled)

    def shadow(self, source: Source, given: Any, options: RunOptions, docs: Sequence[Path] | None) -> Shadow | None:
        """What runs beside a run of the usual settings; None: nothing does."""
        if options.tags.get(VARIANT) != BASELINE or not self.variants:
            return None
        asker = _asker(options.thread_id or "", options.tags)
        variant = chosen(self.variants.values(), asker, shadow=True)
        if variant is None:
            return None
        settings = self.settings({VARIANT: variant.name}, docs).model_copy(update={"read_only": True})
        return Shadow(variant, settings, source, given, options)

    def settings(self, tags: Mapping[str, str], docs: Sequence[Path] | None = None) -> Settings:
        """The settings of a run with these tags, which answers from `docs`; None: from what the settings name."""
        settings = self._settings.get(tags.get(VARIANT, ""), self._usual)
        return settings if docs is None else settings.model_copy(update={"docs": list(docs)})

    def context(self, tags: Mapping[str, str], context: Any) -> Any:
        """The context of a run with these tags, which was given `context`."""
        variant = self.variants.get(tags.get(VARIANT, ""))
        if variant is None or not variant.context:
            return context
        if is_dataclass(context) and not isinstance(context, type):
            return replace(context, **variant.context)
        return {**cast("Mapping[str, Any]", context or {}), **variant.context}

    async def began(self, shadow: Shadow | None, emit: Emit) -> None:
        """A run begins; what is to be told once is told in it: that a variant is fallen back from, or taken again."""
        untold, self._untold = self._untold, []
        for notice in untold:
            emit(notice)
        if shadow is not None:
            await shadow.remember()

    def follow(self, run: Run, shadow: Shadow | None) -> None:
        """Let what becomes of a run count for the variant that it takes, and let its shadow run once it is done."""
        health = self._health.get(run.tags.get(VARIANT, ""))
        if health is not None:
            run.when_done(lambda: _count(run, health))
        if shadow is not None:
            self._shadows.follow(run, shadow)

    async def close(self) -> None:
        """Begin no more shadow runs."""
        await self._shadows.close()

    def _proven(self, name: str) -> str:
        """The variant itself while it keeps its bounds, else what it falls back on, at last the usual settings."""
        passed = set[str]()
        while name in self.variants and name not in passed:
            passed.add(name)
            if not self._is_left(name):
                return name
            name = self.variants[name].fall_back
        return BASELINE

    def _is_left(self, name: str) -> bool:
        why, before = self._health[name].complaint, self._left.get(name)
        if why and before is None:
            self._left[name] = why
            instead = self.variants[name].fall_back
            self._tell(f"The variant {name} is not taken: {why}. New runs take {instead}.")
        elif before is not None and not why:
            del self._left[name]
            self._tell(f"The variant {name} is taken again.")
        return bool(why)

    def _tell(self, text: str) -> None:
        self._untold.append(Notice(kind="other", rule="fall-back", text=text))


def _asker(thread: str, tags: Mapping[str, str]) -> Asker:
    user = current_user()
    return Asker(thread or uuid4().hex, tags, user.roles if user else frozenset())


def _chooses_model(context: Any) -> bool:
    if isinstance(context, Mapping):
        return bool(cast("Mapping[str, Any]", context).get("model"))
    return bool(getattr(context, "model", None))


def _count(run: Run, health: VariantHealth) -> None:
    told = run.transcript
    if told.finished is None or told.finished.not_run or told.finished.status not in ("done", "truncated", "failed"):
        return
    answer = told.answer
    first = answer.finished.ttft if answer and answer.finished else None
    health.ended(broken=told.finished.broken, first_token=first)

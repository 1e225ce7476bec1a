"""Where the runs of a session begin: at once, or when their thread is free."""

from dataclasses import replace
from typing import Any

from ..models.scoring import RunScores, noted_in
from ..settings import use
from ..stores.threads import Threads
from ..stream.run import Run
from ..stream.run_options import RunOptions
from .admission.thread_queue import Policy, ThreadQueue
from .rollout import Rollout
from .scoring import Scoring
from .session_graph import SessionGraph
from .session_runs import Docs, SessionRuns


class RunLauncher:
    """Begins runs of `graph`, each with the settings of its variant; `runs` has them until they are over."""

    def __init__(
        self, graph: SessionGraph, threads: Threads, rollout: Rollout, scoring: Scoring, runs: SessionRuns
    ) -> None:
        self._graph = graph
        self._queue = ThreadQueue(threads)
        self._rollout = rollout
        self._scoring = scoring
        self._runs = runs

    def launch(self, given: Any, options: RunOptions, docs: Docs, policy: Policy = "reject") -> Run:
        """Begin a run. `policy`: "queue" lets it wait while another one has its thread."""
        if policy == "reject" or not options.thread_id:
            return self._begun(given, options, docs)
        place = self._queue.join(options.thread_id)
        run = self._begun(given, replace(options, turn=place.turn, around=place.lease), docs)
        run.when_done(place.leave)
        return run

    def _begun(self, given: Any, options: RunOptions, docs: Docs) -> Run:
        scores = RunScores(options.tags)
        with use(self._rollout.settings(options.tags, docs)), noted_in(scores):
            run = Run(self._graph.source, given, options)
        self._scoring.follow(run, scores)
        return self._runs.hold(run, docs)

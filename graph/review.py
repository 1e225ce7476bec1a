"""Reviews of source files: `mainstem review PATH` runs this graph, `./graph/review.py:review`."""

from typing import Any, cast

from langgraph.graph import START, StateGraph

from graph.announce import announced
from mainstem.stream.writer import ANSWER_NODES
from nodes.context import Context
from nodes.review.review import ReviewState
from nodes.review.review import review as review_files


def build() -> StateGraph[ReviewState, Context, ReviewState, ReviewState]:
    """The graph before it is compiled."""
    builder: StateGraph[ReviewState, Context, ReviewState, ReviewState] = StateGraph(
        ReviewState, context_schema=Context
    )
    cast("Any", builder).add_node("review", announced(review_files))
    builder.add_edge(START, "review")
    return builder


review = build().compile(name="review").with_config({"metadata": {ANSWER_NODES: ["review"]}})

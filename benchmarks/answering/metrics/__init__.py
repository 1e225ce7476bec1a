"""One module a kind of metric: pure functions of what was asked and what came back, the headline first."""

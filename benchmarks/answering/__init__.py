"""How good answers are: a loader a format, a metric a kind, one grader for answers in free form."""

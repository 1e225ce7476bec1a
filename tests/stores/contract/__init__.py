"""What every implementation of the stores keeps to: the same tests for each."""

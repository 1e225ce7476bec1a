"""Tests of the checker of cited sentences."""

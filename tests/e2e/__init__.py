"""Whole paths: foreign graphs, stopped runs, a dev server, a wheel, a notebook, a real model."""

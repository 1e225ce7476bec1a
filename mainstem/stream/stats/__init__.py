"""Figures of many recorded runs, made from their events: how fast, how dear, how often broken, how they were liked."""

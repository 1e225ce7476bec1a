"""Traces and metrics of runs, made from their events alone: any graph that is watched has them.

`translate` is pure; `outlet` is where a process's spans and measurements go. Nothing here is imported while telemetry
is off.
"""

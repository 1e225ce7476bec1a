"""The truth table of the field: one matrix of faults against several streams of LangGraph, judged law by law."""

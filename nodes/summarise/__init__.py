"""The steps of a summary: which documents are meant, in which parts they are read, and what is noted of each."""

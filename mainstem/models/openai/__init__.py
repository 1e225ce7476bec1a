"""Models behind OpenAI's interfaces, with what providers get wrong put right where the tokens enter."""

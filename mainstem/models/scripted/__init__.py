"""A model that plays a script, for tests and demonstrations without a provider."""

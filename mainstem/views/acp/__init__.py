"""The Agent Client Protocol: the agent in an editor. Needs the extra `acp`."""

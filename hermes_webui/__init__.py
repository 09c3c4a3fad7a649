"""Hermes WebUI: a self-hosted page for talking to models and agents that does not lose a conversation."""

__version__ = "0.1.0"

"""The names under which hermes-webui's callers know this system: a thin adapter with no rule of its own.

Callers rebind these modules' globals (`SESSION_DIR`, …), so they are read when a function is called, never before.
"""

"""The same examples each time, and no deadline: a machine that others use too is slow now and then."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, max_examples=80, database=None)
settings.load_profile("steady")

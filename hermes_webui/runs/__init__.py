"""Turns and commands: the one place that orders decide → append → fsync → fold → publish.

`desk` the loaded sessions and that order · `supervisor` the runs, owned by no connection · `live` one run while it
streams · `views` what subscribers and requests get to see.
"""

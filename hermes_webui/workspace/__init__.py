"""The user's files: one folder a session that no path leads out of, whatever its name, and what is done there.

`names` are the rules of paths, `descent` walks them by descriptors, `folder` is what everyone else uses; `roots` says
which folders may be workspaces at all.
"""

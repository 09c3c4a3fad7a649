"""The store: an append-only log a session, and views of it that can be made again. README.md is its crash contract.

`files` the disk as an interface, and the lock · `log` lines and their checks · `reader` reading by number · `sessions`
loading, appending, snapshots · `snapshot` hermes-webui's file · `index` the list · `journal` what open runs stream ·
`recovery` the start · `commit` threads for the event loop · `directory` the same without one · `drafts`, `identity`,
`verify`.
"""

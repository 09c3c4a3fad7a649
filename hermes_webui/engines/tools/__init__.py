"""The tools of the built-in agent.

base.py         what a tool is
files.py        files of the workspace
shell.py        commands, with risk.py for what is said of them
web.py          addresses of the web, through address.py, which lets nothing on this network be reached
talk.py         questions, plans, subagents
sets.py         which of them a session has
"""

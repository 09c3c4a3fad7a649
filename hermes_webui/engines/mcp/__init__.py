"""Servers of the Model Context Protocol, whose tools the built-in agent has.

config.py    what is known of a server: a command or an address, which of its tools are on
server.py    one server: started when it is first needed, kept, started again when it has died
servers.py   all of them, as sets of tools
"""

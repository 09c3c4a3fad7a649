"""Agents that speak the Agent Client Protocol: commands on this machine, each a process that this server owns.

`profiles` says which agents there are, `process` and `keeper` own their processes, `seats` says which process serves
which session, `link` speaks the protocol, `opening` decides how an agent's session goes on, `exchange` runs one turn,
`calls`, `told` and `wishes` translate, `supply` and `terminals` are what the agent gets from us.
"""

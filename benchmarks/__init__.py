"""What the program costs, measured in turn with the bare disk and a bare server. `python -m benchmarks --help`."""

"""Generator of the data set Rooms: path-traced indoor scenes with exact labels of six tasks.

Run by `python -m mtal rooms`; described in docs/data.md.
"""

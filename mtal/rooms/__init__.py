"""Rooms: path-traced indoor scenes with exact labels of six tasks, made by `python -m mtal rooms`."""

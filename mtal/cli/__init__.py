"""The command line: one module per group of commands, listed in `app`."""

"""The example: a finished experiment that comes with the program, so that pages have content."""

"""Path-traced rooms with exact labels of six tasks: the generator of the bundled data set. An extra; needs Mitsuba 3."""

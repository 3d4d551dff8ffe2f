"""The random streams of a run, in one list, so that no two parts of the program draw the same numbers.

A seed is a list that begins with `config.seed`; numpy's SeedSequence turns each list into an
independent stream. A number in use is never given to anything else: it decides what old runs drew.
"""

# [config.seed, START]: the images that are labelled before the first cycle, alike for every strategy
START = 0

# [config.seed, cycle, use]: what one cycle draws
WEIGHTS, TRAINING, SIGNAL, PICK, AUXILIARY = range(1, 6)

# [config.seed, cycle, SIGNAL, signal]: what one signal draws while it is fitted or measured
COMMITTEE, EMBEDDING, BALD = range(1, 4)

# [GRADIENT_PROJECTION, task]: the projection of gradients, alike in every run so that they compare
GRADIENT_PROJECTION = 1906_03671

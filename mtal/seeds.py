"""The random streams of a run, listed here so that no two parts of the program share one.

Each stream is seeded with a list of numbers; NumPy's SeedSequence turns different lists into
independent streams. Never change a number or use it for something else: resumed and repeated runs
must draw what they drew before. See docs/method.md, section 12.
"""

# [config.seed, START]: the images labelled before the first cycle, the same for every strategy
START = 0

# [config.seed, cycle, use]: initial weights, training order and augmentation, what signals draw,
# picks, and initial weights of auxiliary modules
WEIGHTS, TRAINING, SIGNAL, PICK, AUXILIARY = range(1, 6)

# [config.seed, cycle, SIGNAL, signal]: what a signal draws while it is fitted or measured
COMMITTEE, EMBEDDING, BALD = range(1, 4)

# [GRADIENT_PROJECTION, task]: the projection of gradients, the same in every run and cycle so that
# embeddings can be compared
GRADIENT_PROJECTION = 1906_03671

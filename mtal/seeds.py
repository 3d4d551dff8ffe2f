"""The random streams of a run, listed here so that no two parts of the program share one.

Each stream is seeded with a list of numbers. NumPy's SeedSequence turns lists into independent
streams unless they differ in zeros at the end only: [5], [5, 0] and [5, 0, 0] draw alike. So [seed,
START] draws what the seed alone would draw, and no other use of NumPy's generators may take the
seed alone. Never change a number or use it for something else: resumed and repeated runs must draw
what they drew before. See docs/method.md, section 12.

Seeded elsewhere:

- UMAP and the k-means of the clusters take config.seed itself, with NumPy's RandomState.
- A k-means of a strategy takes a seed that the PICK stream draws.
- Generators of torch take a number made of a list (`mtal.training.batches.torch_generator`).
- The shapes of `drawn` have a fixed seed, [SEED, split, image], and generated rooms that of their
  command.
"""

# [config.seed, START]: the images labelled before the first cycle, the same for every strategy
START = 0

# [config.seed, cycle, use]: initial weights, training order and augmentation, what signals draw,
# picks, and initial weights of auxiliary modules
WEIGHTS, TRAINING, SIGNAL, PICK, AUXILIARY = range(1, 6)

# [config.seed, cycle, PICK, turn]: picks of a later turn, from 1, where limits made a strategy be
# asked again

# [config.seed, cycle, SIGNAL, signal]: what a signal draws while it is fitted or measured
# [config.seed, cycle, SIGNAL, COMMITTEE or EMBEDDING, 0]: initial weights of its module
# [config.seed, cycle, SIGNAL, COMMITTEE, 1]: training order and augmentation of its module
# [config.seed, cycle, SIGNAL, COMMITTEE, 2]: labelled images from which its module does not learn
COMMITTEE, EMBEDDING, BALD = range(1, 4)

# [GRADIENT_PROJECTION, task]: the projection of gradients, the same in every run and cycle so that
# embeddings can be compared
GRADIENT_PROJECTION = 1906_03671

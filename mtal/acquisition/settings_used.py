"""Groups of settings that strategies name in `uses`: those of one signal, or of one rule."""

COMMITTEE = frozenset(
    {
        *("committee", "with_final", "class_distance"),
        *("pair_blocks", "pair_channels", "pair_epochs", "pair_steps", "pair_held_out", "pair_lr"),
    }
)
AUTO_ENCODER = frozenset({"embedding", "embedding_epochs", "embedding_lr"})
JOINED_TASKS = frozenset({"normalise", "across"})
SCORE_DIVERSITY = frozenset({"terms", "embedding_source", "diversity", "picking"})

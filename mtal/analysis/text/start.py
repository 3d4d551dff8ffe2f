"""What a run was given before its first cycle, in words."""

from mtal.analysis.numbers import count, figures
from mtal.analysis.statistics.start_cover import DRAWS, StartCover
from mtal.analysis.tables.protocol import start_text
from mtal.runs.store.run import Run


def chosen_text(run: Run) -> str:
    """Say how the start was chosen: `48 of 480 images: 10 % at random.`."""
    facts = run.facts
    text = f"{count(len(facts.start), 'image')} of {len(facts.pool):,}: {start_text(run.config)}."
    if run.config.start in {"random", "coverage"}:
        text += " All strategies of a seed begin with them."
    return text


def cover_text(cover: StartCover) -> str:
    """Say how well the start covers the pool, against random starts of its size."""
    return (
        f"From an image of the pool to the nearest of them it is {figures(cover.distance)} on "
        f"average, by the frozen feature: closer than with {cover.worse} of {DRAWS} random starts "
        f"of this size, whose mean is {figures(float(cover.random.mean()))}."
    )

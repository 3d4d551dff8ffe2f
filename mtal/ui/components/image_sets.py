"""Sets: images that a person chose, stored under an id (`?set=ID`); a name can follow later.

A set belongs to a data folder, so every run on the same images can show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.run import Run
from mtal.ui import review_loaders
from mtal.ui.identity import who
from mtal.ui.text import code

SET = "set"  # parameter of the address


@dataclass(frozen=True)
class ChosenSet:
    """A set, and which of its images a run has."""

    id: str
    name: str  # "" until somebody names it
    who: str
    when: str  # UTC, ISO
    origin: str  # "Map, cycle 2 of ...": where it was chosen
    samples: tuple[str, ...]
    images: tuple[int, ...]  # positions in the run's pool, ascending

    @property
    def title(self) -> str:
        """Name of the set, else its size."""
        return self.name or f"set of {count(len(self.samples), 'image')}"

    @property
    def missing(self) -> int:
        """Number of images that are not in the pool of the run."""
        return len(self.samples) - len(self.images)


def chosen_set(run: Run, silent: bool = False) -> ChosenSet | None:
    """Set in the address; None without one. An unknown id gives a warning, unless `silent`."""
    asked = st.query_params.get(SET, "")
    image_set = find_set(run, asked) if asked else None
    if asked and image_set is None and not silent:
        st.warning(
            f"There is no set {code(asked)} of these data: somebody may have deleted it, or it "
            "belongs to other images.",
            icon=":material/link_off:",
        )
        st.button("Go on without it", key="sets.forget", on_click=forget_set)
    return image_set


def find_set(run: Run, set_id: str) -> ChosenSet | None:
    """Set of the run's data folder by its id; None if there is none."""
    rows = review_loaders.sets(run)
    row = rows[rows["id"] == set_id]
    if row.empty:
        return None
    texts = {name: str(row[name].iloc[0]) for name in ("name", "who", "when", "origin")}
    samples, images = (
        review_loaders.set_samples(run, set_id),
        review_loaders.set_images(run, set_id),
    )
    return ChosenSet(set_id, **texts, samples=tuple(samples), images=tuple(images))


def save_selection(run: Run, samples: Sequence[str], origin: str) -> str:
    """Store images as a set and put its id into the address; the same images give the same id."""
    reviews = ReviewDatabase(run.store)
    set_id = reviews.save_set(run.data.folder.name, samples, who(), origin=origin)
    st.query_params[SET] = set_id
    return set_id


def forget_set() -> None:
    """Take the set out of the address; the set itself stays."""
    st.query_params.pop(SET, None)


def set_address(run: Run, cycle: int, set_id: str) -> dict[str, str]:
    """Query under which every page shows a set."""
    return {"run": run.name, "cycle": str(cycle), SET: set_id}


def sets_heading(rows: pd.DataFrame) -> str:
    """Heading of a list of sets, with their number."""
    return f"Sets of these images ({len(rows)})" if len(rows) else "Sets of these images"

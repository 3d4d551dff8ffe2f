"""Sets: images that a person chose, kept in the store under an id that stands in the address (`?set=ID`). Naming is for later.

A set belongs to a data folder, so every run of the same images can show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.reviews.review_database import People
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.identity import who
from mtal.ui.text import code

SET = "set"  # its place in the address


@dataclass(frozen=True)
class ChosenSet:
    """A set as one run sees it. `images`: positions in the run's pool of those that are there, ascending."""

    id: str
    name: str  # "" until somebody names it
    who: str
    when: str  # UTC, ISO
    origin: str  # "Map, cycle 2 of ...": where it was chosen
    samples: tuple[str, ...]
    images: tuple[int, ...]

    @property
    def title(self) -> str:
        """Its name, or what it is."""
        return self.name or f"set of {count(len(self.samples), 'image')}"

    @property
    def missing(self) -> int:
        """How many of its images are not in the pool of this run."""
        return len(self.samples) - len(self.images)


def chosen_set(run: Run, silent: bool = False) -> ChosenSet | None:
    """The set in the address; None if there is none. An id that is not there is told, unless `silent`, and the page goes on."""
    asked = st.query_params.get(SET, "")
    found = find_set(run, asked) if asked else None
    if asked and found is None and not silent:
        st.warning(
            f"There is no set {code(asked)} of these data: somebody may have deleted it, or it belongs to other images.",
            icon=":material/link_off:",
        )
        st.button("Go on without it", key="sets.forget", on_click=forget_set)
    return found


def find_set(run: Run, set_id: str) -> ChosenSet | None:
    """A set of the run's data folder by its id; None if there is none."""
    rows = loaders.sets(run)
    row = rows[rows["id"] == set_id]
    if row.empty:
        return None
    name, who_, when, origin = (
        str(row[column].iloc[0]) for column in ("name", "who", "when", "origin")
    )
    return ChosenSet(
        set_id,
        name,
        who_,
        when,
        origin,
        tuple(loaders.set_samples(run, set_id)),
        tuple(loaders.set_images(run, set_id)),
    )


def save_selection(run: Run, samples: Sequence[str], origin: str) -> str:
    """Keep chosen images at once, and put the set's id into the address. The same images make the same set."""
    found = People(run.store).save_set(run.data.folder.name, samples, who(), origin=origin)
    st.query_params[SET] = found
    return found


def forget_set() -> None:
    """Take the set out of the address; the set itself stays."""
    st.query_params.pop(SET, None)


def set_address(run: Run, cycle: int, set_id: str) -> dict[str, str]:
    """The query under which every page shows a set."""
    return {"run": run.name, "cycle": str(cycle), SET: set_id}


def told(rows: pd.DataFrame) -> str:
    """How many sets a list has, for its heading."""
    return f"Sets of these images ({len(rows)})" if len(rows) else "Sets of these images"

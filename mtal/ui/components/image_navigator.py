"""Which image of a pool is looked at: `?sample=ID` in the address, steps along a list, and a search box.

The list is that of the page one comes from: a set (`?set=ID`), else the ranking, whose picks are followed by the near misses.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, ordinal
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.image_sets import chosen_set
from mtal.ui.text import code, plain

SAMPLE, BACK = "sample", "back"
NEXT, PREVIOUS = "j", "k"  # keys of the steps


@dataclass(frozen=True)
class Steps:
    """Where one is. `image`: position in the pool; `coming`: (key that leads there, "" for two steps away; image), the likeliest
    first."""

    image: int
    coming: tuple[tuple[str, int], ...]


def choose_image(run: Run, cycle: int, pool: pd.DataFrame, page: str) -> Steps:
    """A position in the pool, from `?sample=`; the first of the list without it. Draws the steps and the search box."""
    asked = st.query_params.get(SAMPLE)
    chosen = chosen_set(run)
    order = (
        ranking(pool) if chosen is None else in_order(pool, chosen.images)
    )  # of a set, only what this pool has
    title = "" if chosen is None else chosen.title
    first = int(order[0]) if len(order) else 0
    image = first if asked is None else find_image(pool["id"].tolist(), asked)
    if image is None:
        st.warning(
            f"This pool has no image with the id {code(str(asked))}, and its numbers go from 0 to {len(pool) - 1}.",
            icon=":material/link_off:",
        )
        st.button("Show the first pick", key=f"{page}.first", on_click=_forget)
        st.stop()
    if asked != pool["id"].iloc[image]:
        st.query_params[SAMPLE] = str(
            pool["id"].iloc[image]
        )  # so that the address can be shared as it stands
    _controls(run, cycle, pool, page, order, image, title)
    place = np.flatnonzero(order == image)
    beside = (
        [(NEXT, place[0] + 1), ("", place[0] + 2), (PREVIOUS, place[0] - 1)] if len(place) else []
    )
    return Steps(
        image, tuple((key, int(order[other])) for key, other in beside if 0 <= other < len(order))
    )


def ranking(pool: pd.DataFrame) -> np.ndarray:
    """Positions of the unlabelled images, best first: the picks in their order, then the rest."""
    free = np.flatnonzero((pool["rank"] > 0).to_numpy())
    return free[np.argsort(pool["rank"].to_numpy()[free], kind="stable")]


def in_order(pool: pd.DataFrame, images: Sequence[int]) -> np.ndarray:
    """Some positions, those with a rank first and by it, then the others as they come."""
    chosen = np.asarray(images, dtype=np.int64)
    rank = pool["rank"].to_numpy()[chosen]
    return chosen[np.argsort(np.where(rank > 0, rank, len(pool) + 1), kind="stable")]


def find_image(ids: Sequence[str], text: str) -> int | None:
    """The position that an id or a number means. An id goes first, since ids of some data sets are numbers; 0012 is none."""
    text = text.strip()
    if text in ids:
        return ids.index(text)
    return (
        int(text) if text.isdecimal() and str(int(text)) == text and int(text) < len(ids) else None
    )


def labelled_since(run: Run, cycle: int, image: int) -> str:
    """How an image that was labelled before a cycle came to be so."""
    for earlier in range(cycle):
        row = loaders.pool(run, earlier).iloc[image]
        if image in run.bought(earlier)[:, 0]:
            return (
                f"picked {ordinal(int(row['rank']))} in cycle {earlier}"
                if row["picked"]
                else f"it came for an image that people rejected in cycle {earlier}"
            )
    return "it belongs to the random start"


def tasks_bought(run: Run, cycle: int, image: int) -> tuple[str, ...]:
    """The tasks whose labels a pick bought, if they are not all of them; else empty."""
    pairs = run.picked(cycle)
    names = tuple(task.name for task in run.tasks)
    bought = tuple(names[task] for task in pairs[pairs[:, 0] == image, 1])
    return bought if len(bought) < len(names) else ()


def _controls(
    run: Run, cycle: int, pool: pd.DataFrame, page: str, order: np.ndarray, image: int, title: str
) -> None:
    ids, place = pool["id"].tolist(), np.flatnonzero(order == image)
    before = ids[order[place[0] - 1]] if len(place) and place[0] > 0 else None
    after = ids[order[place[0] + 1]] if len(place) and place[0] + 1 < len(order) else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Previous",
            key=f"{page}.previous",
            icon=":material/arrow_back:",
            shortcut=PREVIOUS,
            disabled=before is None,
            on_click=_go,
            args=(before,),
            help="One rank up",
        )
        st.button(
            "Next",
            key=f"{page}.next",
            icon=":material/arrow_forward:",
            shortcut=NEXT,
            disabled=after is None,
            on_click=_go,
            args=(after,),
            help="One rank down; after the last pick come the near misses",
        )
        st.text_input(
            "Any image of the pool",
            key=f"{page}.search",
            placeholder="why not this one? id or number",
            width=260,
            on_change=_search,
            args=(ids, f"{page}.search", f"{page}.missed"),
        )
        if st.button(
            f"All picks of cycle {cycle}",
            key=f"{page}.batch",
            icon=":material/grid_view:",
            shortcut="g",
        ):
            st.switch_page(
                "pages/batch.py", query_params=way_back(run, cycle, st.query_params.get(BACK, ""))
            )
    if title:
        where = (
            f"{place[0] + 1:,} of {count(len(order), 'image')}" if len(place) else "not one of them"
        )
        st.caption(f"Previous and Next step through **{plain(title)}**: {where}.")
    missed = st.session_state.pop(f"{page}.missed", "")
    if missed:
        close = difflib.get_close_matches(missed, ids, n=3)
        hint = f" Close: {', '.join(code(name) for name in close)}." if close else ""
        st.warning(
            f"No image has the id {code(missed)}, and the numbers go from 0 to {len(pool) - 1}.{hint}",
            icon=":material/search_off:",
        )


def way_back(run: Run, cycle: int, back: str) -> dict[str, str]:
    """The address of the batch: as it was filtered and sorted when one came from there, else as it usually is."""
    return dict(parse_qsl(back)) | {"run": run.name, "cycle": str(cycle)}


def _forget() -> None:
    st.query_params.pop(SAMPLE, None)


def _go(name: str) -> None:
    st.query_params[SAMPLE] = name


def _search(ids: list[str], key: str, missed: str) -> None:
    text = st.session_state[key].strip()
    image = find_image(ids, text) if text else None
    if image is not None:
        _go(ids[image])
        st.session_state[key] = ""
    elif text:
        st.session_state[missed] = text

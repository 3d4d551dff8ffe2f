"""Navigation between images of a pool: `?sample=ID`, previous and next in a list, a search box.

The list is a set (`?set=ID`), else the ranking, in which near misses follow the picks.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count, ordinal
from mtal.runs.store.pool_table import by_rank, ranking
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.image_sets import chosen_set
from mtal.ui.text import code, plain

SAMPLE, BACK = "sample", "back"
NEXT, PREVIOUS = "j", "k"  # keys of the steps


@dataclass(frozen=True)
class Steps:
    """An image and its neighbours in the list."""

    image: int  # position in the pool
    # (key that leads there, "" for two steps away; image) of images that may be next, the likeliest
    # first: their pictures are loaded ahead.
    coming: tuple[tuple[str, int], ...]


def choose_image(run: Run, cycle: int, pool: pd.DataFrame, page: str) -> Steps:
    """Ask for an image of the pool, from `?sample=`; the first of the list without it."""
    asked = st.query_params.get(SAMPLE)
    chosen = chosen_set(run)
    # A set may hold images that are not in this pool.
    order = ranking(pool) if chosen is None else by_rank(pool, chosen.images)
    title = "" if chosen is None else chosen.title
    first = int(order[0]) if len(order) else 0
    image = first if asked is None else find_image(pool["id"].tolist(), asked)
    if image is None:
        st.warning(
            f"This pool has no image with the id {code(str(asked))}, and its numbers go from 0 to "
            f"{len(pool) - 1}.",
            icon=":material/link_off:",
        )
        st.button("Show the first pick", key=f"{page}.first", on_click=_forget)
        st.stop()
    name = str(pool["id"].iloc[image])
    if asked != name:
        st.query_params[SAMPLE] = name  # so that the address can be shared as it stands
    _controls(run, cycle, pool, page, order, image, title)
    return Steps(image, _coming(order, image))


def _coming(order: np.ndarray, image: int) -> tuple[tuple[str, int], ...]:
    """Images that may be next, as in `Steps`; none for an image outside the list."""
    index = _index_of(order, image)
    if index is None:
        return ()
    steps = ((NEXT, index + 1), ("", index + 2), (PREVIOUS, index - 1))
    return tuple((key, int(order[step])) for key, step in steps if 0 <= step < len(order))


def _index_of(order: np.ndarray, image: int) -> int | None:
    """Index of an image in the list; None outside it."""
    indices = np.flatnonzero(order == image)
    return int(indices[0]) if len(indices) else None


def find_image(ids: Sequence[str], text: str) -> int | None:
    """Position of the image with this id, else with this number; None without either.

    Ids go first, since those of some data sets are numbers. A number has no leading zeros.
    """
    text = text.strip()
    if text in ids:
        return ids.index(text)
    is_number = text.isdecimal() and str(int(text)) == text
    return int(text) if is_number and int(text) < len(ids) else None


def labelled_since(run: Run, cycle: int, image: int) -> str:
    """Say when an image was labelled that a cycle has as labelled."""
    for earlier in range(cycle):
        row = loaders.pool(run, earlier).iloc[image]
        if image in run.acquired(earlier)[:, 0]:
            if row["picked"]:
                return f"picked {ordinal(int(row['rank']))} in cycle {earlier}"
            return f"it replaced an image that was rejected in cycle {earlier}"
    return "it belongs to the start"


def tasks_acquired(run: Run, cycle: int, image: int) -> tuple[str, ...]:
    """Tasks that a pick is labelled for; empty if they are all tasks."""
    pairs = run.picked(cycle)
    names = tuple(task.name for task in run.tasks)
    tasks = tuple(names[task] for task in pairs[pairs[:, 0] == image, 1])
    return tasks if len(tasks) < len(names) else ()


def _controls(
    run: Run, cycle: int, pool: pd.DataFrame, page: str, order: np.ndarray, image: int, title: str
) -> None:
    """Draw previous, next, the search box and the link to the batch.

    run, cycle, pool, page: as of `choose_image`; order: positions of the list; image: position in
    the pool; title: of the set that is stepped through, "" for the ranking.
    """
    ids, index = pool["id"].tolist(), _index_of(order, image)
    before = ids[order[index - 1]] if index else None
    after = ids[order[index + 1]] if index is not None and index + 1 < len(order) else None
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
            query = batch_query(run, cycle, st.query_params.get(BACK, ""))
            st.switch_page("pages/batch.py", query_params=query)
    if title:
        number = "this image is not in it"
        if index is not None:
            number = f"{index + 1:,} of {count(len(order), 'image')}"
        st.caption(f"Previous and Next step through **{plain(title)}**: {number}.")
    missed = st.session_state.pop(f"{page}.missed", "")
    if missed:
        close = difflib.get_close_matches(missed, ids, n=3)
        hint = f" Close: {', '.join(code(name) for name in close)}." if close else ""
        st.warning(
            f"No image has the id {code(missed)}, and the numbers go from 0 to {len(pool) - 1}."
            f"{hint}",
            icon=":material/search_off:",
        )


def batch_query(run: Run, cycle: int, back: str) -> dict[str, str]:
    """Query of the Batch page. back: its query on leaving it, with filters and sorting, or ""."""
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

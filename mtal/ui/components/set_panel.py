"""A set with its name, export and links to pages, and the list of all sets of a data folder."""

from contextlib import suppress
from functools import partial

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.config import ConfigError
from mtal.export.registry import SET_EXPORTERS
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.runs.store.run import Run
from mtal.ui import review_loaders
from mtal.ui.components.image_sets import (
    SET,
    ChosenSet,
    find_set,
    forget_set,
    set_address,
    sets_heading,
)
from mtal.ui.identity import who
from mtal.ui.text import plain

PAGES = {
    "batch": ("Batch", ":material/grid_view:"),
    "inspect": ("Inspect", ":material/troubleshoot:"),
    "map": ("Map", ":material/scatter_plot:"),
}
LISTED = 50  # sets on the list without asking for more


def show_set(run: Run, cycle: int, chosen: ChosenSet, page: str, clear: bool = True) -> None:
    """Draw a set: name, size, person, time and origin; rename, delete, export; links to pages.

    run, cycle: where links lead; chosen: the set; page: of the keys; clear: whether a button takes
    the set off the page.
    """
    with st.container(horizontal=True, vertical_alignment="center", key=f"{page}.set"):
        st.markdown(f"**{plain(chosen.title)}**", width="content")
        st.badge(count(len(chosen.samples), "image"), icon=":material/select_all:")
        if clear:
            st.button(
                "Clear",
                key=f"{page}.set.clear",
                icon=":material/close:",
                on_click=forget_set,
                help="Take the set off the page. It stays in the list of sets.",
            )
        with st.popover("Name", icon=":material/edit:"):
            _rename(run, chosen, page)
        with st.popover("Delete", icon=":material/delete:"):
            _delete(run, chosen, page)
        with st.popover("Export", icon=":material/download:"):
            _export(run, chosen, page)
    st.caption(_origin(chosen))
    if chosen.missing:
        missing = count(chosen.missing, "image of this set is", "images of this set are")
        st.caption(f":material/info: {missing} not in the pool of this run, and not shown.")
    with st.container(horizontal=True):
        for name, (title, icon) in PAGES.items():
            if name != page:
                st.page_link(
                    f"pages/{name}.py",
                    label=f"{title} with this set",
                    icon=icon,
                    query_params=set_address(run, cycle, chosen.id) | _first(chosen, name),
                )


def list_sets(run: Run, cycle: int, page: str) -> None:
    """Draw a folded list of the sets of the run's data folder; a click shows a set on this page."""
    rows = review_loaders.sets(run)
    heading = sets_heading(rows)
    box = st.expander(heading, key=f"{page}.sets", icon=":material/bookmarks:", on_change="rerun")
    if not box.open:
        return
    with box:
        if rows.empty:
            st.caption(
                "None yet. Draw a lasso or a box on the map: the images inside are stored as a set "
                "at once, with a link."
            )
            return
        for _, row in rows.head(LISTED).iterrows():
            _row(run, cycle, row, page)
        if len(rows) > LISTED:
            st.caption(f"The newest {LISTED} of {len(rows)}; older ones are reached by their link.")


def _row(run: Run, cycle: int, row: pd.Series, page: str) -> None:
    image_set = find_set(run, str(row["id"]))
    if image_set is None:  # deleted since the list was read
        return
    size = count(len(image_set.samples), "image")
    if image_set.missing:
        size += f", {image_set.missing:,} of them not in this run's pool"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            f"pages/{page}.py",
            label=f"**{plain(image_set.title)}**",
            width=280,
            query_params=set_address(run, cycle, image_set.id),
            help=f"Set {image_set.id}",
        )
        st.caption(f"{size} · {_origin(image_set)}", width="stretch")


def _export(run: Run, chosen: ChosenSet, page: str) -> None:
    """Draw a download per format; a file is written when its button is pressed."""
    for exporter in SET_EXPORTERS.values():
        st.download_button(
            exporter.title,
            partial(exporter.write, run, chosen.id),
            f"set-{chosen.id}-{exporter.file}",
            exporter.mime,
            key=f"{page}.set.export.{exporter.name}",
            icon=":material/download:",
            on_click="ignore",
            help=exporter.about,
            width="stretch",
        )


def _origin(chosen: ChosenSet) -> str:
    """Who stored a set, when and from which page."""
    when = chosen.when.replace("T", " ").removesuffix("Z")
    origin = f" · from: {plain(chosen.origin)}" if chosen.origin else ""
    return f"saved by {plain(chosen.who)} on {when} UTC{origin}"


def _first(chosen: ChosenSet, page: str) -> dict[str, str]:
    """Query of the first image for Inspect, which shows one image; empty for other pages."""
    if page == "inspect" and chosen.samples and not chosen.missing:
        return {"sample": min(chosen.samples)}
    return {}


def _rename(run: Run, chosen: ChosenSet, page: str) -> None:
    key = f"{page}.set.name.{chosen.id}"
    with st.form(f"{key}.form", border=False):
        name = st.text_input(
            "Name of the set",
            chosen.name,
            key=key,
            max_chars=100,
            placeholder="such as: dark kitchens",
        )
        if st.form_submit_button("Save the name", icon=":material/check:"):
            try:
                ReviewDatabase(run.store).rename_set(chosen.id, name, who())
            except (ConfigError, KeyError) as problem:
                st.error(plain(str(problem.args[0])), icon=":material/error:")
            else:
                st.rerun()
    st.caption("The link of a set stays the same when its name changes.")


def _delete(run: Run, chosen: ChosenSet, page: str) -> None:
    st.markdown(
        f"Delete **{plain(chosen.title)}** for everybody? Links to it stop working; its images "
        "stay."
    )
    if st.button(
        "Delete it", key=f"{page}.set.delete.{chosen.id}", type="primary", icon=":material/delete:"
    ):
        with suppress(KeyError):  # somebody else has just deleted it
            ReviewDatabase(run.store).delete_set(chosen.id, who())
        st.query_params.pop(SET, None)
        st.rerun()

"""A set drawn: what it is, its name, where it can be looked at, and the list of all sets of a data folder."""

from contextlib import suppress
from functools import partial

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.config import ConfigError
from mtal.export.registry import SET_EXPORTERS
from mtal.runs.reviews.review_database import People
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components.image_sets import SET, ChosenSet, find_set, forget_set, set_address, told
from mtal.ui.identity import who
from mtal.ui.text import plain

PAGES = {
    "batch": ("Batch", ":material/grid_view:"),
    "inspect": ("Inspect", ":material/troubleshoot:"),
    "map": ("Map", ":material/scatter_plot:"),
}
LISTED = 50  # sets on the list without asking for more


def show_set(run: Run, cycle: int, chosen: ChosenSet, page: str, clear: bool = True) -> None:
    """Name, size, who, when, origin; then rename, delete, export and the other pages. `clear`: a button that takes it away."""
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
    st.caption(_standing(chosen))
    if chosen.missing:
        st.caption(
            f":material/info: {count(chosen.missing, 'image')} of this set {'is' if chosen.missing == 1 else 'are'} not "
            "in the pool of this run: they are not shown."
        )
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
    """All sets of the run's data folder, folded; a click on one shows it on this page."""
    rows = loaders.sets(run)
    place = st.expander(
        told(rows), key=f"{page}.sets", icon=":material/bookmarks:", on_change="rerun"
    )
    if not place.open:
        return
    with place:
        if rows.empty:
            st.caption(
                "None yet. Draw a lasso or a box on the map: what is inside is kept as a set at once, with a link."
            )
            return
        for _, row in rows.head(LISTED).iterrows():
            _row(run, cycle, row, page)
        if len(rows) > LISTED:
            st.caption(f"The newest {LISTED} of {len(rows)}; older ones are reached by their link.")


def _row(run: Run, cycle: int, row: pd.Series, page: str) -> None:
    found = find_set(run, str(row["id"]))
    if found is None:  # deleted this very moment
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            f"pages/{page}.py",
            label=f"**{plain(found.title)}**",
            width=280,
            query_params=set_address(run, cycle, found.id),
            help=f"Set {found.id}",
        )
        elsewhere = f", {found.missing:,} of them not in this run's pool" if found.missing else ""
        st.caption(
            f"{count(len(found.samples), 'image')}{elsewhere} · {_standing(found)}", width="stretch"
        )


def _export(run: Run, chosen: ChosenSet, page: str) -> None:
    """A download per format; a file is only built when it is asked for."""
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


def _standing(chosen: ChosenSet) -> str:
    origin = f" · from: {plain(chosen.origin)}" if chosen.origin else ""
    return f"saved by {plain(chosen.who)} on {chosen.when.replace('T', ' ').removesuffix('Z')} UTC{origin}"


def _first(chosen: ChosenSet, page: str) -> dict[str, str]:
    """Inspect shows one image: the first of the set that this run has."""
    inside = set(chosen.samples)
    return {"sample": min(inside)} if page == "inspect" and inside and not chosen.missing else {}


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
                People(run.store).rename_set(chosen.id, name, who())
            except (ConfigError, KeyError) as problem:
                st.error(plain(str(problem.args[0])), icon=":material/error:")
            else:
                st.rerun()
    st.caption("The link of a set stays the same when its name changes.")


def _delete(run: Run, chosen: ChosenSet, page: str) -> None:
    st.markdown(
        f"Delete **{plain(chosen.title)}** for everybody? Links to it stop working; the images stay."
    )
    if st.button(
        "Delete it", key=f"{page}.set.delete.{chosen.id}", type="primary", icon=":material/delete:"
    ):
        with suppress(KeyError):  # somebody else was quicker: it is gone as wanted
            People(run.store).delete_set(chosen.id, who())
        st.query_params.pop(SET, None)
        st.rerun()

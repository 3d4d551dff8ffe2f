"""The setting `start_set`: a choice of the image sets that are saved of the data in the form."""

from typing import Any

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.config import Config
from mtal.locations import COMMAND
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.ui import catalog, loaders
from mtal.ui.launch.settings_form import key
from mtal.ui.text import code

NO_SET = "no set"


def draw(label: str, about: str, common: dict[str, Any]) -> None:
    """Draw the field: a choice where sets are saved, which takes a name or id that is typed too.

    common: what `setting_field.draw` gives every widget.
    """
    sets = saved_sets()
    titles = choices(sets)
    value = str(st.session_state[key("start_set")])
    if not titles:
        st.text_input(label, placeholder=about, **common)
    else:
        if common["disabled"]:  # Streamlit fades the label of such a box below what can be read
            st.markdown(label, help=about)
            common = common | {"label_visibility": "collapsed", "help": None}
        st.selectbox(
            label,
            list(dict.fromkeys(["", *titles, value])),
            format_func=lambda name: titles.get(name, name) or NO_SET,
            accept_new_options=True,
            **common,
        )
    if common["disabled"]:
        return
    if value and value not in {*sets["id"], *sets["name"]}:
        st.caption(f"No set {code(value)} of these data is saved in this store.")
    elif not titles and st.session_state[key("start")] == "set":
        st.caption(
            "No set of these data is saved yet. Select images on the Map of a run on them, or give "
            f"a list of image names to `{COMMAND} save-set NAME FILE`."
        )


def saved_sets() -> pd.DataFrame:
    """The sets of the data in the form; columns as in `ReviewDatabase.sets`."""
    store, dataset = loaders.store(), st.session_state[key("dataset")]
    try:
        folder = catalog.locate(Config(dataset=dataset, data=st.session_state[key("data")]))
    except ValueError:  # the form shows the error where it asks for the folder
        folder = ""
    return ReviewDatabase(store).sets(store.data(dataset, folder).folder.name)


def choices(sets: pd.DataFrame) -> dict[str, str]:
    """Value of the setting -> title on screen, per set; those with a name before the others.

    A set is given by its id where it has no name or shares it with another.
    """
    titles = {}
    shared = sets["name"].duplicated(keep=False)
    rows = zip(sets["name"], sets["id"], sets["size"], shared, strict=True)
    for name, set_id, size, is_shared in sorted(rows, key=lambda row: not row[0]):
        value = set_id if is_shared or not name else name
        words = f"{name}, {set_id}" if is_shared and name else value
        titles[str(value)] = f"{words} ({count(int(size), 'image')})"
    return titles

"""The dashboard, started by `streamlit run app.py` or `mtal ui`.

The server imports this file and takes `app`, which has the routes of images as well. For every
visit it runs the file as `__main__`: page settings, style sheet and the list of pages.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from mtal.locations import ASSETS
from mtal.ui.guard import guarded
from mtal.ui.identity import ask_who
from mtal.ui.image_routes import ROUTES

LOGO = str(ASSETS / "logo.svg")


def list_pages_here() -> None:
    """Tell Streamlit, before the first visit, that the list of pages is in this file.

    Streamlit takes a folder `pages` beside the main script for an app of its older kind until
    `st.navigation` has run once. Whoever opened a deep link first after the server's start would
    get the page under a bare list of file names. Streamlit has no setting for that.
    """
    PagesManager.uses_pages_directory = False


def draw() -> None:
    """Draw what all pages share, and the page that the address names."""
    st.set_page_config(page_icon=LOGO, layout="wide", initial_sidebar_state=220)
    st.html(ASSETS / "style.css")
    st.logo(LOGO, size="large")

    pages = {
        "": [
            st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
            st.Page("pages/data.py", title="Data", icon=":material/photo_library:"),
            st.Page("pages/launch.py", title="Launch", icon=":material/rocket_launch:"),
            st.Page("pages/experiments.py", title="Experiments", icon=":material/science:"),
            st.Page("pages/jobs.py", title="Jobs", icon=":material/work_history:"),
        ],
        "Results": [
            st.Page("pages/run.py", title="Run", icon=":material/timeline:"),
            st.Page("pages/batch.py", title="Batch", icon=":material/grid_view:"),
            st.Page("pages/inspect.py", title="Inspect", icon=":material/troubleshoot:"),
            st.Page("pages/signals.py", title="Signals", icon=":material/sensors:"),
            st.Page("pages/map.py", title="Map", icon=":material/scatter_plot:"),
            st.Page("pages/curves.py", title="Learning curves", icon=":material/show_chart:"),
            st.Page("pages/compare.py", title="Compare runs", icon=":material/compare_arrows:"),
        ],
        "Reference": [
            st.Page("pages/published.py", title="Published results", icon=":material/menu_book:"),
            st.Page("pages/help.py", title="Help", icon=":material/help:"),
        ],
    }
    page = st.navigation(pages, expanded=True)
    names = [*st.query_params.get_all("experiment"), *st.query_params.get_all("run")]
    st.set_page_config(page_title=" · ".join([page.title, *names, "mtal"]))  # tells tabs apart
    ask_who()
    guarded(page.run)()


list_pages_here()
app = st.App(__file__, routes=ROUTES)

if __name__ == "__main__":
    draw()

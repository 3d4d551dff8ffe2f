"""The dashboard: `streamlit run app.py`. The server with its pictures, page settings, style sheet and the list of pages."""

import streamlit as st

from mtal.locations import ASSETS
from mtal.ui.identity import ask_who
from mtal.ui.image_routes import ROUTES

app = st.App(
    __file__, routes=ROUTES
)  # the server takes it from here; what follows is run per visit

if __name__ == "__main__":
    st.set_page_config(page_icon=str(ASSETS / "logo.svg"), layout="wide", initial_sidebar_state=220)
    st.html(ASSETS / "style.css")
    st.logo(str(ASSETS / "logo.svg"), size="large")

    PAGES = {
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
        "Reading": [
            st.Page("pages/published.py", title="Published results", icon=":material/menu_book:"),
            st.Page("pages/help.py", title="Help", icon=":material/help:"),
        ],
    }

    page = st.navigation(PAGES, expanded=True)
    named = [name for what in ("experiment", "run") for name in st.query_params.get_all(what)]
    st.set_page_config(page_title=" · ".join([page.title, *named, "mtal"]))  # tells open tabs apart
    ask_who()
    page.run()

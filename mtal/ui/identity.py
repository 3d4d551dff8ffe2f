"""Who is at the keyboard: the name that decisions, notes and sets are stored with. Nobody checks it; it is for colleagues.

A browser that gave a name remembers it in a cookie, so that a refresh, another tab and tomorrow find it again.
"""

import getpass
from urllib.parse import quote, unquote

import streamlit as st

from mtal.runs.reviews.review_database import LONGEST_NAME

KEY = "who.name"
TYPED = "who.typed"  # set once somebody typed a name, for the browser to keep
COOKIE = "mtal_who"
A_YEAR_S = 365 * 24 * 3600


def who() -> str:
    """The name in the sidebar; what the browser remembers before it is drawn; without either the server's user name."""
    name = (
        st.session_state[KEY]
        if KEY in st.session_state
        else unquote(st.context.cookies.get(COOKIE, ""))
    )
    return " ".join((name or "").split())[:LONGEST_NAME] or _login()


def ask_who() -> None:
    """The field "You are", small, in the sidebar below the pages."""
    if KEY not in st.session_state:
        st.session_state[KEY] = who()
    with st.sidebar:
        st.text_input(
            "You are",
            key=KEY,
            max_chars=LONGEST_NAME,
            placeholder=_login(),
            icon=":material/person:",
            autocomplete="nickname",
            on_change=_typed,
            help="Decisions, notes and sets are stored with this name. This browser remembers it.",
        )
        if TYPED in st.session_state:
            _remember(who())


def _typed() -> None:
    st.session_state[TYPED] = True


def _remember(name: str) -> None:
    """Streamlit reads cookies and sets none, so the page sets it itself. A quoted name has no character that means anything."""
    st.html(
        f'<script>document.cookie = "{COOKIE}={quote(name, safe="")}; path=/; max-age={A_YEAR_S}; SameSite=Lax"</script>',
        unsafe_allow_javascript=True,
    )


def _login() -> str:
    """Of whoever runs the server; a system may know no name for its number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"

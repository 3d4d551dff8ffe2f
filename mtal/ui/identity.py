"""The name under which a person's reviews, notes and sets are stored.

Nobody checks the name; it tells colleagues who decided what. A browser remembers it in a cookie,
so a refresh, another tab and the next day find it again.
"""

import getpass
from urllib.parse import quote, unquote

import streamlit as st

from mtal.runs.reviews.review_database import LONGEST_NAME

KEY = "who.name"
TYPED = "who.typed"  # set once a person typed a name, so that the browser stores it
COOKIE = "mtal_who"
A_YEAR_S = 365 * 24 * 3600


def who() -> str:
    """Name in the sidebar, else the one in the cookie, else the server's user name."""
    cookie = unquote(st.context.cookies.get(COOKIE, ""))
    name = st.session_state.get(KEY, cookie)
    return " ".join((name or "").split())[:LONGEST_NAME] or _login()


def ask_who() -> None:
    """Draw the field "You are" in the sidebar below the pages."""
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
    """Set the cookie from the page, since Streamlit reads cookies but sets none.

    A quoted name has no character that could end the string or the cookie.
    """
    cookie = f"{COOKIE}={quote(name, safe='')}; path=/; max-age={A_YEAR_S}; SameSite=Lax"
    st.html(f'<script>document.cookie = "{cookie}"</script>', unsafe_allow_javascript=True)


def _login() -> str:
    """User name of the server's process; a system may have none for its number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"

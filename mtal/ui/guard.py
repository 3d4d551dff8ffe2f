"""What a page shows when a file that it needs cannot be used."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from mtal.errors import UserError
from mtal.ui.text import plain

P = ParamSpec("P")


def guarded(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a function that draws say which file is damaged, why and what to do, if one is.

    Around the pages, and in each fragment, since Streamlit draws these apart. Other runs are not
    touched, so the page of all runs is linked.
    """

    @wraps(draw)
    def guarded_draw(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except UserError as error:
            st.error(plain(str(error)), icon=":material/broken_image:")
            st.page_link("pages/jobs.py", label="All runs", icon=":material/work_history:")

    return guarded_draw

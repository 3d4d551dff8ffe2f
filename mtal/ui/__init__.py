"""What the pages are made of. The only package that imports Streamlit, with the exception of the pages and app.py.

Streamlit still has an older kind of app, for which a folder called `pages` is enough. It takes this one for such an app until
app.py has run once: whoever opens a deep link first after the server's start would see a bare page list instead of ours. The
server imports this package from app.py before it answers anybody, so here it is put right; where a script imports it first,
by running that one visit again.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

taken_for_older = getattr(PagesManager, "uses_pages_directory", None)
PagesManager.uses_pages_directory = False
if taken_for_older:
    st.rerun()

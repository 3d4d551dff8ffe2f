"""Where the project's own files are, where a user's folders go, and how its commands are called.

All three differ between a checkout and an installed package. A wheel carries app.py, pages/,
assets/ and .streamlit/ in one folder inside the package, laid out as in a checkout.
"""

from importlib.resources import files
from pathlib import Path

from platformdirs import user_data_path

PACKAGE = Path(str(files("mtal")))
_TOP = PACKAGE.parent
IN_CHECKOUT = (_TOP / "app.py").is_file() and (_TOP / "pyproject.toml").is_file()

PROJECT = _TOP if IN_CHECKOUT else PACKAGE / "dashboard"  # app.py, pages/, assets/, .streamlit/
APP = PROJECT / "app.py"
ASSETS = PROJECT / "assets"
USER_FOLDER = PROJECT if IN_CHECKOUT else user_data_path("mtal")  # runs/, strategies/ and data/

COMMAND = "python -m mtal" if IN_CHECKOUT else "mtal"

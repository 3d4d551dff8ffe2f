"""Where the project's own files are and where a user's folders go, in a checkout and after `pip install`.

A wheel carries app.py, pages/ and assets/ in one folder inside the package, laid out as in a checkout.
"""

from importlib.resources import files
from pathlib import Path

from platformdirs import user_data_path

PACKAGE = Path(str(files("mtal")))
IN_CHECKOUT = (PACKAGE.parent / "app.py").is_file() and (
    PACKAGE.parent / "pyproject.toml"
).is_file()
PROJECT = (
    PACKAGE.parent if IN_CHECKOUT else PACKAGE / "dashboard"
)  # holds app.py, pages/ and assets/
APP = PROJECT / "app.py"
ASSETS = PROJECT / "assets"
USER_FOLDER = (
    PROJECT if IN_CHECKOUT else user_data_path("mtal")
)  # holds runs/, strategies/ and data/

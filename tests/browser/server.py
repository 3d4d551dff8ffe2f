"""A dashboard that is told by its input which store to show: a folder a line.

So that one server does for all journeys: starting one takes as long as many a journey.
"""

import os
import sys
import threading
from pathlib import Path

from streamlit.web import cli

from mtal.runs.paths import STORE_VARIABLE

APP = Path(__file__).parents[2] / "app.py"
SHOWS = "shows {}"  # printed when a store is taken


def follow() -> None:
    """Take each store that comes in. Pages ask for it anew whenever they are drawn."""
    for line in sys.stdin:
        folder = line.removesuffix("\n")
        os.environ[STORE_VARIABLE] = folder
        print(SHOWS.format(folder), flush=True)


if __name__ == "__main__":
    threading.Thread(target=follow, daemon=True).start()
    sys.argv = ["streamlit", "run", str(APP), *sys.argv[1:]]
    cli.main()

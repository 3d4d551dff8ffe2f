"""Pictures of runs, and the library that makes pictures of figures, by addresses of their own: a browser loads and keeps them
itself, and a page sends text only.

Addresses hold names and numbers, which are looked up in the run's own lists; no path from outside reaches the disk. They are
relative to a page, so that they work under a base path. What `?v=` tells changes with the picture, so it may be kept for ever.
"""

import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

import plotly
import streamlit as st
from plotly.offline import get_plotlyjs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mtal.runs.paths import StorePaths, default_store
from mtal.runs.store.run import Run

FOR_EVER = "private, max-age=31536000, immutable"
A_WHILE = "private, max-age=600"  # where the address does not tell the version
NOT_KEPT = "no-store"  # it may be drawn in a moment
THUMB = re.compile(r"(?P<run>[^/]+)/(?P<image>\d{1,9})\.jpg")
PICTURE = re.compile(r"(?P<run>[^/]+)/(?P<cycle>\d{1,6})/(?P<image>\d{1,9})/(?P<name>[^/]+)\.png")
OF_A_TASK = re.compile(r"initial|final|truth|(from|gap|gapself)\.[\w-]+")


def thumb_url(run: Run, image: int) -> str:
    """The small picture of a pool image, by its position; 404 where none was made."""
    path = run.thumbnail(run.facts.pool[image])
    version = path.stat().st_mtime_ns if path.exists() else 0
    return f"thumb/{quote(run.name, safe='')}/{image}.jpg?v={version:x}"


def picture_url(run: Run, cycle: int, image: int, name: str) -> str:
    """A picture that the worker drew; names as in `Run.picture`, 404 where it drew none."""
    return f"picture/{quote(run.name, safe='')}/{cycle}/{image}/{quote(name, safe='')}.png?v={int(run.created):x}"


def library_url() -> str:
    """The plotting library, for pictures of figures; a page asks for it only then."""
    return f"plotly.js?v={plotly.__version__}"


def serve_library(request: Request) -> Response:
    """`plotly.js`"""
    kept = FOR_EVER if request.query_params.get("v") else A_WHILE
    return Response(
        _library(),
        media_type="text/javascript",
        headers={"Cache-Control": kept, "X-Content-Type-Options": "nosniff"},
    )


def serve_thumb(request: Request) -> Response:
    """`thumb/<run>/<image>.jpg`"""
    found = THUMB.fullmatch(request.path_params["rest"])
    run = _run(found["run"]) if found else None
    ids = run.facts.pool if run else ()
    if not found or not run or int(found["image"]) >= len(ids):
        return _nothing()
    return _file(run.thumbnail(ids[int(found["image"])]), "image/jpeg", request)


def serve_picture(request: Request) -> Response:
    """`picture/<run>/<cycle>/<image>/<name>.png`"""
    found = PICTURE.fullmatch(request.path_params["rest"])
    run = _run(found["run"]) if found else None
    if not found or not run or not _is_drawn_of(run, found["name"]):
        return _nothing()
    cycle, image = int(found["cycle"]), int(found["image"])
    if cycle >= run.cycles_done() or image >= len(run.facts.pool):
        return _nothing()
    return _file(run.picture(cycle, image, found["name"]), "image/png", request)


def routes(base: str) -> list[Route]:
    """All of them under a base path such as `tools/mtal`, "" for none. Whatever else is asked for there is answered with 404."""
    start = f"/{base.strip('/')}".rstrip("/")
    return [
        Route(f"{start}/thumb/{{rest:path}}", serve_thumb),
        Route(f"{start}/picture/{{rest:path}}", serve_picture),
        Route(f"{start}/plotly.js", serve_library),
    ]


ROUTES = routes(st.get_option("server.baseUrlPath") or "")


@cache
def _library() -> str:
    return get_plotlyjs()


def _run(name: str) -> Run | None:
    """The run of that name, if there is one."""
    try:
        run = Run(StorePaths(default_store()).run(name).folder)
    except ValueError:  # no name of a folder
        return None
    return run if run.paths.config.exists() else None


def _is_drawn_of(run: Run, name: str) -> bool:
    """Whether a worker could have drawn a picture of that name in this run."""
    task, _, rest = name.partition(".")
    of_a_task = (
        task in {known.name for known in run.tasks} and OF_A_TASK.fullmatch(rest) is not None
    )
    return name == "image" or of_a_task


def _file(path: Path, kind: str, request: Request) -> Response:
    try:
        content = path.read_bytes()
    except OSError:
        return _nothing()
    kept = FOR_EVER if request.query_params.get("v") else A_WHILE
    return Response(
        content,
        media_type=kind,
        headers={"Cache-Control": kept, "X-Content-Type-Options": "nosniff"},
    )


def _nothing() -> Response:
    return Response("There is no such picture.\n", 404, {"Cache-Control": NOT_KEPT}, "text/plain")

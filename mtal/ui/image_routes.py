"""HTTP routes of images of runs and of the plotting library.

A browser loads and caches these files itself, so a page sends text only. Addresses hold names and
numbers that are looked up in the run's own lists; no path from outside reaches the disk. They are
relative to a page, so they work under a base path. `?v=` changes with the image, so a browser may
keep an image for ever.
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
A_WHILE = "private, max-age=600"  # without a version in the address
NOT_KEPT = "no-store"  # of an image that may be drawn in a moment
THUMB = re.compile(r"(?P<run>[^/]+)/(?P<image>\d{1,9})\.jpg")
PICTURE = re.compile(r"(?P<run>[^/]+)/(?P<cycle>\d{1,6})/(?P<image>\d{1,9})/(?P<name>[^/]+)\.png")
TASK_PICTURE = re.compile(r"initial|final|truth|(from|gap|gapself)\.[\w-]+")


def thumb_url(run: Run, image: int) -> str:
    """Address of the thumbnail of a pool image, by its position; 404 if there is none."""
    path = run.thumbnail(run.facts.pool[image])
    version = path.stat().st_mtime_ns if path.exists() else 0
    return f"thumb/{quote(run.name, safe='')}/{image}.jpg?v={version:x}"


def picture_url(run: Run, cycle: int, image: int, name: str) -> str:
    """Address of a picture drawn by the worker, named as in `Run.picture`; 404 if there is none."""
    run_name, picture = quote(run.name, safe=""), quote(name, safe="")
    return f"picture/{run_name}/{cycle}/{image}/{picture}.png?v={int(run.created):x}"


def library_url() -> str:
    """Address of the plotting library, which a page loads when it draws a figure."""
    return f"plotly.js?v={plotly.__version__}"


def serve_library(request: Request) -> Response:
    """Serve `plotly.js`."""
    return _response(_library(), "text/javascript", request)


def serve_thumb(request: Request) -> Response:
    """Serve `thumb/<run>/<image>.jpg`."""
    match = THUMB.fullmatch(request.path_params["rest"])
    run = _run(match["run"]) if match else None
    if not match or not run:
        return _not_found()
    image, ids = int(match["image"]), run.facts.pool
    if image >= len(ids):
        return _not_found()
    return _file(run.thumbnail(ids[image]), "image/jpeg", request)


def serve_picture(request: Request) -> Response:
    """Serve `picture/<run>/<cycle>/<image>/<name>.png`."""
    match = PICTURE.fullmatch(request.path_params["rest"])
    run = _run(match["run"]) if match else None
    if not match or not run or not _is_picture_name(run, match["name"]):
        return _not_found()
    cycle, image = int(match["cycle"]), int(match["image"])
    if cycle >= run.cycles_done() or image >= len(run.facts.pool):
        return _not_found()
    return _file(run.picture(cycle, image, match["name"]), "image/png", request)


def routes(base: str) -> list[Route]:
    """All routes under a base path such as `tools/mtal`, "" for none; other addresses are 404."""
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
    """Run of that name, or None."""
    try:
        run = Run(StorePaths(default_store()).run(name).folder)
    except ValueError:  # not the name of a folder
        return None
    return run if run.paths.config.exists() else None


def _is_picture_name(run: Run, name: str) -> bool:
    """Say whether a worker could have drawn a picture of that name in this run."""
    if name == "image":
        return True
    task, _, rest = name.partition(".")
    names = {facts.name for facts in run.tasks}
    return task in names and TASK_PICTURE.fullmatch(rest) is not None


def _file(path: Path, mime: str, request: Request) -> Response:
    try:
        content = path.read_bytes()
    except OSError:
        return _not_found()
    return _response(content, mime, request)


def _response(content: str | bytes, mime: str, request: Request) -> Response:
    """Answer with a file; a browser keeps it for ever if the address names its version."""
    kept = FOR_EVER if request.query_params.get("v") else A_WHILE
    headers = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=mime, headers=headers)


def _not_found() -> Response:
    return Response("There is no such image.\n", 404, {"Cache-Control": NOT_KEPT}, "text/plain")

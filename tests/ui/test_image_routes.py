"""Addresses of images: what is served, how long it is kept, and that nothing else is reached."""

from pathlib import Path
from urllib.parse import quote

import pytest
import streamlit as st
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from mtal.runs.files import write_json
from mtal.runs.paths import STORE_VARIABLE
from mtal.runs.store.run import Run
from mtal.ui.image_routes import library_url, picture_url, routes, thumb_url
from tests.runs.made_run import made_run

NAME = "semseg.gap.depth"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run with a thumbnail and a picture of image 3."""
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path / "store"))
    run = made_run(tmp_path / "store")
    for path in (run.thumbnail("0003"), run.picture(0, 3, NAME)):
        path.parent.mkdir(parents=True)
        Image.new("RGB", (4, 3), "#0072B2").save(path)
    return run


def get(address: str, base: str = "") -> Response:
    """Answer of the server to a GET request."""
    path, _, query = address.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [],
    }
    for route in routes(base):
        _, match = route.matches(scope)
        if "path_params" in match:
            return route.endpoint(Request(scope | match))
    raise AssertionError(f"no route for {path}")


def test_a_picture_comes_as_it_is_on_disk_and_may_be_kept_for_ever(run):
    for address, path, kind in (
        (thumb_url(run, 3), run.thumbnail("0003"), "image/jpeg"),
        (picture_url(run, 0, 3, NAME), run.picture(0, 3, NAME), "image/png"),
    ):
        answer = get(f"/{address}")
        assert answer.status_code == 200
        assert answer.body == path.read_bytes()
        assert answer.headers["content-type"] == kind
        assert "immutable" in answer.headers["cache-control"]
        assert "immutable" not in get(f"/{address.partition('?')[0]}").headers["cache-control"]


def test_another_picture_has_another_address(run):
    before = thumb_url(run, 3)
    path = run.thumbnail("0003")
    Image.new("RGB", (4, 3), "#D55E00").save(path)
    path.touch()
    assert thumb_url(run, 3) != before
    assert thumb_url(run, 3).partition("?")[0] == before.partition("?")[0]


def test_addresses_are_relative_and_work_under_a_base_path(run):
    for address in (thumb_url(run, 3), picture_url(run, 0, 3, NAME)):
        assert not address.startswith("/")
        assert get(f"/tools/mtal/{address}", base="/tools/mtal/").status_code == 200


def test_what_is_not_there_is_404_and_not_kept(run):
    for address in (
        thumb_url(run, 4),
        thumb_url(run, 3).replace("/3.", "/20."),
        thumb_url(run, 3).replace(run.name, "gone"),
        picture_url(run, 0, 4, NAME),
        picture_url(run, 0, 3, "semseg.final"),
        picture_url(run, 3, 3, NAME),
        picture_url(run, 0, 20, NAME),
    ):
        answer = get(f"/{address}")
        assert answer.status_code == 404
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "wish",
    [
        "thumb/../../etc/passwd",
        "thumb/{run}/../3.jpg",
        "thumb/{run}/0003",
        "thumb/{run}/-1.jpg",
        "thumb/{run}/3.jpg/",
        "thumb/",
        "thumb/.data/3.jpg",
        "thumb/../3.jpg",
        "thumb/{run}/3.png",
        "thumb/{run}/३.jpg.jpg",
        "picture/{run}/000/3/config.png",
        "picture/{run}/0/3/../../../config.png",
        "picture/{run}/0/3/..png",
        "picture/{run}/0/3/semseg.gap.../x.png",
        "picture/{run}/0/3/semseg.gap..png",
        "picture/{run}/0/3/semseg.png",
        "picture/{run}/-1/3/{name}.png",
        "picture/{run}/0/3/gone.initial.png",
        "picture/{run}/0/3/{name}",
        "picture/{run}/0/3/semseg.gap.a\\b.png",
    ],
)
def test_nothing_else_can_be_reached(run, wish):
    secret = run.paths.folder / "semseg.gap.png"
    Image.new("RGB", (4, 3)).save(secret)
    assert get("/" + wish.format(run=run.name, name=NAME)).status_code == 404


def test_a_picture_that_is_no_part_of_the_run_stays_closed_though_the_file_is_there(run):
    path = run.picture(0, 3, "notes")
    Image.new("RGB", (4, 3)).save(path)
    assert get(f"/picture/{run.name}/0/3/notes.png").status_code == 404


def test_names_with_odd_characters_arrive(run):
    other = Run(run.paths.folder.rename(run.paths.folder.with_name("a b%ü#?")))
    address = thumb_url(other, 3)
    assert quote(other.name, safe="") in address
    scope_path = address.partition("?")[0].replace(
        quote(other.name, safe=""), other.name
    )  # a server decodes it
    (thumb,) = (route for route in routes("") if route.path.startswith("/thumb"))
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "path": f"/{scope_path}",
            "query_string": b"",
            "headers": [],
            "path_params": {"rest": scope_path.removeprefix("thumb/")},
        }
    )
    assert thumb.endpoint(request).status_code == 200


def test_a_run_whose_worker_has_not_loaded_the_data_has_no_pictures(run):
    write_json(run.paths.facts, {})
    assert get(f"/thumb/{run.name}/3.jpg").status_code == 404
    assert get(f"/picture/{run.name}/0/3/{NAME}.png").status_code == 404


def test_the_dashboard_serves_them(monkeypatch):
    """app.py is imported by the server, which finds `app` and its routes there."""
    import app

    assert isinstance(app.app, st.App)
    assert {route.path for route in app.ROUTES} == {
        "/thumb/{rest:path}",
        "/picture/{rest:path}",
        "/plotly.js",
    }


def test_the_library_for_pictures_is_served_and_kept():
    answer = get(f"/{library_url()}")
    assert answer.status_code == 200
    assert b"plotly.js" in answer.body[:400]
    assert "immutable" in answer.headers["cache-control"]

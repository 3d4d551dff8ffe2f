"""The Map page: selections become sets and tiles, and the address holds the view."""

import json

import numpy as np
import pandas as pd
import pytest

from mtal.figures.embedding import STATES
from mtal.runs.files import write_json
from mtal.runs.reviews.review_database import ReviewDatabase
from mtal.ui.map import pointer, scatter, selection
from mtal.ui.map.cycle_player import PLAYING
from mtal.ui.map.scatter import CHART
from tests.app.page_contents import address, charts, picks, texts


def point(image) -> dict:
    return {"customdata": image}


def select(app, images=(), **outlines):
    """Set the selection of the chart as the browser would; AppTest draws no chart."""
    points = [point(image) for image in images]
    selected = {"points": points, "lasso": [], "box": []} | outlines
    app.session_state[CHART] = {"selection": selected}
    return app.run()


def tiles(app) -> str:
    return "".join(
        element.proto.body for element in app.get("html") if element.proto.body.startswith("<div")
    )


def drawn(app) -> dict:
    """The chart of the map as the browser gets it."""
    return json.loads(charts(app)[0].proto.spec)


@pytest.fixture
def run(made_store):
    """A finished run with fixed clusters, distances and shares.

    Those of a small network would depend on how much it learned.
    """
    finished = made_store("finished")
    for cycle in range(2):
        table = pd.read_parquet(finished.cycle(cycle).pool)
        nearest = np.where(table["labelled"], 0.0, 1 + np.arange(len(table)))
        fixed = table.assign(
            cluster=np.arange(len(table)) % 3, nearest=nearest, nearest_after=nearest / 2
        )
        fixed.to_parquet(finished.cycle(cycle).pool)
        shares = np.linspace(0, 1, len(table))
        pd.DataFrame({"semseg/wall": shares, "semseg/bed": 1 - shares}).to_parquet(
            finished.cycle(cycle).content
        )
        fit = {"explained_variance": 0.9, "dimensions": 9.0, "epochs": 1, "goes_on": False}
        write_json(finished.cycle(cycle).fits, {"embedding": fit})
        write_json(finished.cycle(cycle).neighbours, {})
        write_json(
            finished.cycle(cycle).others_picked,
            {"picked": {"core-set": [int(finished.picked(cycle)[0, 0])]}, "left_out": {}},
        )
    return finished


def test_an_injected_lasso_is_a_set_with_a_link_and_tiles_at_once(open_page, run):
    app = open_page("map", run=run.name, cycle="0")
    assert not tiles(app)
    select(app, [7, [9]])
    assert not app.exception
    ids = [run.facts.pool[image] for image in (7, 9)]
    samples = ReviewDatabase(run.store).samples_of(address(app)["set"], run.data.folder.name)
    assert samples == sorted(ids)
    assert "set of 2 images" in texts(app)
    assert "map of cycle 0" in texts(app)
    assert all(f'data-map-image="{image}"' in tiles(app) for image in (7, 9))
    assert tiles(app).count("<button") == 2


def test_the_address_alone_shows_a_set_and_clear_takes_it_away(open_page, run):
    reviews, dataset = ReviewDatabase(run.store), run.data.folder.name
    set_id = reviews.save_set(dataset, run.facts.pool[3:6], "ann", "three")
    app = open_page("map", run=run.name, cycle="0", set=set_id)
    assert "three" in texts(app)
    assert tiles(app).count("<button") == 3
    app.button(key=selection.CLEAR).click().run()
    assert not tiles(app)
    assert "set" not in address(app)
    assert reviews.sets(dataset)["id"].tolist() == [set_id]  # the page drops it, the store does not


def test_a_selection_is_taken_once_and_does_not_come_back_after_clear(open_page, run):
    app = select(open_page("map", run=run.name, cycle="0"), [7, 9])
    app.button(key=selection.CLEAR).click().run()
    app.run()
    assert "set" not in address(app)


def test_a_chart_is_drawn_anew_when_its_outline_must_go(open_page, run):
    app = open_page("map", run=run.name, cycle="0")
    before = drawn(app)["layout"]["meta"]
    select(app, [7, 9])
    assert drawn(app)["layout"]["meta"] == before  # the chart shows what it selected by itself
    app.button(key=selection.CLEAR).click().run()
    assert drawn(app)["layout"]["meta"] != before


def test_one_point_is_looked_at_with_its_neighbours(open_page, run):
    app = select(open_page("map", run=run.name, cycle="0"), [7])
    assert address(app)["sample"] == run.facts.pool[7]
    assert "set" not in address(app)
    assert tiles(app).count("<button") == 1 + selection.NEIGHBOURS
    points = run.embedding(0, "frozen")
    gaps = np.linalg.norm(points - points[7], axis=1)
    nearest = [int(image) for image in np.argsort(gaps) if image != 7][: selection.NEIGHBOURS]
    assert [part.split('"')[0] for part in tiles(app).split('data-map-image="')[1:]] == [
        str(image) for image in (7, *nearest)
    ]
    assert f"distance {gaps[nearest[0]]:.3g}" in tiles(app)


def test_the_image_that_one_comes_from_is_marked(open_page, run):
    app = open_page("map", run=run.name, cycle="0", sample=run.facts.pool[5])
    assert not app.exception
    assert tiles(app).startswith('<div class="map-tiles"><button type="button" data-map-image="5"')


def test_rings_are_where_the_marked_images_lie():
    layout = pd.DataFrame({"x": [0.0, 1, 2], "y": [5.0, 6, 7]})
    marks = pointer.rings(layout, {"set": (0, 2), "looked at": [1]})
    assert {mark["name"]: mark["points"] for mark in marks} == {
        "set": [[0, 0.0, 5.0], [2, 2.0, 7.0]],
        "near": [],
        "looked at": [[1, 1.0, 6.0]],
    }


def test_a_lasso_takes_also_what_is_not_drawn(open_page, run, monkeypatch):
    monkeypatch.setattr(scatter, "MOST_DRAWN", 10)
    app = open_page("map", run=run.name, cycle="0")
    assert f"10 of {len(run.facts.pool)} points are drawn" in texts(app)
    assert sum(len(trace.get("text", ())) for trace in drawn(app)["data"]) == 10
    layout = run.layout(0, "frozen")
    low, high = layout.min(axis=0) - 1, layout.max(axis=0) + 1
    outline = {"x": [low[0], high[0], high[0], low[0]], "y": [low[1], low[1], high[1], high[1]]}
    select(app, [0, 1], lasso=[outline])
    assert f"set of {len(run.facts.pool)} images" in texts(app)


COLOURS = {
    "state": "picked in this cycle",
    "score": "score",
    "s.depth": "score of depth",
    "driver": "semseg",
    "labelled": "start",
    "strategy": "both",
    "class.semseg": "bed",
    "share": "share of wall",
    "nearest": "nearest labelled",
    "cluster": "cluster",
    "decision": "picked, not decided",
}


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_draws_every_image(open_page, run, colour):
    app = open_page("map", run=run.name, cycle="1", colour=colour)
    assert not app.exception
    assert app.selectbox(key="map.colour").value == colour
    traces = json.dumps(drawn(app)["data"])
    assert COLOURS[colour] in traces
    assert sum(len(trace.get("text", ())) for trace in drawn(app)["data"]) == len(run.facts.pool)


def test_the_labelled_set_grows_from_cycle_to_cycle(open_page, run):
    def labelled(cycle):
        traces = drawn(open_page("map", run=run.name, cycle=cycle))["data"]
        names = [trace["name"] for trace in traces]
        name = next(name for name in names if STATES["labelled"][0] in name)
        return int(name.rpartition("(")[2].rstrip(")"))

    assert labelled("1") == labelled("0") + len(picks(run, 0))


def test_play_goes_on_from_the_first_cycle_when_it_stands_at_the_last(open_page, run):
    app = open_page("map", run=run.name, cycle="1")
    app.button(key="map.play").click().run()
    assert address(app)["cycle"] == "0"
    assert app.session_state[PLAYING]
    app.button(key="map.play").click().run()
    assert not app.session_state[PLAYING]


def test_without_webgl_the_points_are_svg_and_many_become_a_picture(open_page, run, monkeypatch):
    monkeypatch.setattr(pointer, "has_webgl", lambda: False)
    traces = drawn(open_page("map", run=run.name, cycle="0"))["data"]
    assert {trace["type"] for trace in traces} == {"scatter"}
    monkeypatch.setattr(scatter, "SVG_UP_TO", 5)
    app = open_page("map", run=run.name, cycle="0")
    assert drawn(app)["data"][0]["type"] == "heatmap"
    assert "no WebGL" in texts(app)
    assert not app.exception


def test_a_lasso_on_the_picture_takes_what_lies_inside(open_page, run, monkeypatch):
    monkeypatch.setattr(pointer, "has_webgl", lambda: False)
    monkeypatch.setattr(scatter, "SVG_UP_TO", 5)
    across, up = run.layout(0, "frozen").T
    box = {"x": [across.min() - 1, np.median(across)], "y": [up.min() - 1, up.max() + 1]}
    app = select(open_page("map", run=run.name, cycle="0"), box=[box])
    assert f"set of {int((across <= np.median(across)).sum())} images" in texts(app)


def test_sets_are_listed_and_renamed_and_deleted(open_page, run):
    reviews = ReviewDatabase(run.store)
    set_id = reviews.save_set(run.data.folder.name, run.facts.pool[3:6], "ann", origin="the map")
    app = open_page("map", run=run.name, cycle="0", set=set_id)
    app.text_input(key=f"map.set.name.{set_id}").set_value("dark kitchens")
    next(button for button in app.button if button.label == "Save the name").click().run()
    assert reviews.sets(run.data.folder.name)["name"].tolist() == ["dark kitchens"]
    assert address(app)["set"] == set_id
    app.button(key=f"map.set.delete.{set_id}").click().run()
    assert reviews.sets(run.data.folder.name).empty
    assert "set" not in address(app)


def test_a_set_of_other_images_says_that_they_are_not_here(open_page, run):
    samples = [run.facts.pool[0], "elsewhere"]
    set_id = ReviewDatabase(run.store).save_set(run.data.folder.name, samples, "ann")
    app = open_page("map", run=run.name, cycle="0", set=set_id)
    assert "1 image of this set is not in the pool of this run" in texts(app)
    assert tiles(app).count("<button") == 1


def test_an_unknown_set_gives_a_message_and_the_map(open_page, run):
    app = open_page("map", run=run.name, cycle="0", set="0123456789ab")
    assert "There is no set" in texts(app)
    assert len(charts(app)) >= 1


def test_names_of_images_are_shown_as_text(open_page, run, monkeypatch):
    assert "<img src=x>" not in selection._tile(run, "<img src=x>", 0, '" onload="')
    assert 'onload="' not in selection._tile(run, "a", 0, '" onload="').replace("&quot;", "")


def test_a_run_of_an_earlier_version_has_a_map_without_the_new_columns(open_page, run):
    table = pd.read_parquet(run.cycle(0).pool)
    new = [name for name in table if name in {"cluster", "nearest", "nearest_after", "open"}]
    table.drop(columns=new).to_parquet(run.cycle(0).pool)
    run.cycle(0).content.unlink(missing_ok=True)
    run.cycle(0).others_picked.unlink(missing_ok=True)
    app = open_page("map", run=run.name, cycle="0")
    assert not app.exception
    assert "cluster" not in app.selectbox(key="map.colour").options
    assert "stored no distances" in texts(app)


def test_coverage_is_told_in_words(open_page, run):
    app = open_page("map", run=run.name, cycle="1")
    pool = run.pool(1)
    left = pool[~pool["labelled"] & ~pool["picked"]]
    closer = int((left["nearest_after"] < left["nearest"]).sum())
    words = f"The batch of cycle 1 is nearer to {closer} of {len(left)} other unlabelled images"
    assert words in texts(app)
    assert len(charts(app)) == 2


def test_an_unknown_image_gives_a_message_and_the_map(open_page, run):
    app = open_page("map", run=run.name, cycle="0", sample="no *such* image")
    assert not app.exception
    assert [warning.value for warning in app.warning] == [
        "This pool has no image with the id `no *such* image`."
    ]
    assert len(charts(app)) == 2


class TestWhichMap:
    def test_the_frozen_feature_is_shown_first_and_stays(self, open_page, run):
        places = []
        for cycle in ("0", "1"):
            app = open_page("map", run=run.name, cycle=cycle)
            assert app.selectbox(key="map.map").value == "frozen"
            traces = drawn(app)["data"]
            points = {
                name: position
                for trace in traces
                for name, position in zip(
                    trace["customdata"], zip(trace["x"], trace["y"], strict=True), strict=True
                )
            }
            places.append(points)
        assert places[0] == places[1]
        assert "what efficientnet_lite0 saw in each image before any training" in texts(app)
        assert "The run compares images in the auto-encoder's embedding" in texts(app)

    def test_the_embedding_is_a_choice_with_neighbours_of_its_own(self, open_page, run):
        app = open_page("map", run=run.name, cycle="0", map="embedding", sample=run.facts.pool[7])
        assert not app.exception
        gaps = np.linalg.norm(run.embedding(0) - run.embedding(0)[7], axis=1)
        assert f"distance {np.sort(gaps)[1]:.3g}" in tiles(app)
        assert "that the auto-encoder learned" in texts(app)

    def test_a_run_of_an_earlier_version_shows_the_embedding(self, open_page, run):
        run.paths.frozen.unlink()
        run.paths.frozen_layout.unlink()
        for cycle in range(2):
            run.cycle(cycle).neighbours.unlink()
            run.cycle(cycle).fits.unlink()
        app = open_page("map", run=run.name, cycle="0")
        assert not app.exception
        assert "that the auto-encoder learned" in texts(app)

    def test_it_says_where_closeness_means_nothing(self, open_page, run):
        facts = {
            "images": 24,
            "sequence": 0.08,
            "sequence_chance": 0.01,
            "frozen": 0.7,
            "frozen_chance": 0.4,
        }
        write_json(run.cycle(0).neighbours, {"embedding": facts})
        fit = {"explained_variance": 0.2, "dimensions": 9.0, "epochs": 3, "goes_on": False}
        write_json(run.cycle(0).fits, {"embedding": fit})
        app = open_page("map", run=run.name, cycle="0")
        warnings = " ".join(warning.value for warning in app.warning)
        assert "Closeness in the auto-encoder's embedding means nothing here" in warnings
        assert "keeps only 20 % of the variance" in warnings
        write_json(run.cycle(0).neighbours, {"embedding": facts | {"sequence": 0.98}})
        write_json(run.cycle(0).fits, {"embedding": fit | {"explained_variance": 0.9}})
        assert not open_page("map", run=run.name, cycle="0").warning

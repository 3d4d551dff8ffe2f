"""The map: every image once, by its position in the pool, and differing in shape and colour."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from mtal.figures.colour_by import Values, grouped
from mtal.figures.embedding import (
    COLOURS,
    PICKS_ON_PICTURE,
    SYMBOLS,
    WEBGL_FROM,
    by_state,
    draw_density,
    draw_map,
    states,
)


def points_of(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    pool = pd.DataFrame(
        {"labelled": np.arange(count) % 5 == 0, "picked": np.arange(count) % 5 == 1}
    )
    return pool.assign(
        x=rng.normal(size=count),
        y=rng.normal(size=count),
        image=np.arange(count),
        id=[f"i{n}" for n in range(count)],
        state=states(pool),
        rank=np.arange(count),
        score=np.where(pool["labelled"], np.nan, rng.random(count)),
    )


COLOURINGS = {
    "state": by_state,
    "score": lambda points: Values("score", points["score"].to_numpy()),
    "groups": lambda points: grouped(
        "parity", [("even", "odd", "unknown")[n % 3] for n in points["image"]]
    ),
}


def positions(figure) -> dict[int, tuple[float, float]]:
    position: dict[int, tuple[float, float]] = {}
    for trace in figure.data:
        for image, x, y in zip(trace.customdata, trace.x, trace.y, strict=True):
            assert int(image) not in position
            position[int(image)] = (float(x), float(y))
    return position


def looks(figure) -> dict[int, tuple[str, str]]:
    return {
        int(image): (trace.marker.symbol, trace.name.partition(" (")[0])
        for trace in figure.data
        for image in trace.customdata
    }


@pytest.mark.parametrize("colouring", COLOURINGS.values(), ids=COLOURINGS)
def test_custom_data_is_the_position_of_the_image(colouring):
    points = points_of(40)
    seen = positions(draw_map(points, colouring(points), "v"))
    assert sorted(seen) == list(range(40))
    assert seen[17] == pytest.approx((points["x"][17], points["y"][17]), rel=1e-6)


@pytest.mark.parametrize("colouring", COLOURINGS.values(), ids=COLOURINGS)
def test_a_part_of_the_points_keeps_positions_and_looks(colouring):
    points, drawn = points_of(40), np.array([3, 5, 17, 26])
    whole, part = (draw_map(points, colouring(points), "v", these) for these in (None, drawn))
    assert positions(part) == {image: positions(whole)[image] for image in drawn}
    assert part.layout.xaxis.range == whole.layout.xaxis.range
    assert looks(part) == {image: looks(whole)[image] for image in drawn}


def test_the_legend_tells_how_many_of_how_many_are_drawn():
    points = points_of(40)
    assert [
        trace.name
        for trace in draw_map(points, by_state(points), "v", np.array([0, 1, 2, 3, 5])).data
    ] == ["not labelled (2 of 24)", "labelled before (2 of 8)", "picked in this cycle (1 of 8)"]


def test_states_differ_in_shape_and_colour():
    points = points_of(40)
    traces = draw_map(points, by_state(points), "v").data
    assert (
        len({trace.marker.symbol for trace in traces})
        == len({trace.marker.color for trace in traces})
        == 3
    )
    assert [len(trace.x) for trace in traces] == [24, 8, 8]


def test_groups_differ_in_shape_and_the_unknown_is_the_ground():
    points = points_of(40)
    traces = draw_map(points, COLOURINGS["groups"](points), "v").data
    assert [trace.name.partition(" (")[0] for trace in traces] == ["unknown", "even", "odd"]
    assert len({trace.marker.color for trace in traces}) == 3
    assert traces[1].marker.symbol != traces[2].marker.symbol


def test_twelve_groups_never_look_alike():
    points = points_of(120)
    traces = draw_map(points, grouped("t", [f"g{n % 12}" for n in range(120)]), "v").data
    assert len({(trace.marker.color, trace.marker.symbol) for trace in traces}) == 12
    assert len(SYMBOLS) == 12 > len(COLOURS)


@pytest.mark.parametrize(
    ("count", "webgl", "kind"),
    [
        (WEBGL_FROM - 1, True, go.Scatter),
        (WEBGL_FROM, True, go.Scattergl),
        (WEBGL_FROM, False, go.Scatter),
    ],
)
def test_webgl_only_where_it_is_needed_and_there(count, webgl, kind):
    points = points_of(count)
    traces = draw_map(points, by_state(points), "v", webgl=webgl).data
    assert len(traces) == 3
    assert all(isinstance(trace, kind) for trace in traces)


def test_colours_go_by_rank_and_images_without_a_value_are_grey():
    points = points_of(40)
    # One far value must not take the scale from the others.
    points.loc[points["score"].idxmax(), "score"] = 1000.0
    by_name = {
        trace.marker.symbol: trace
        for trace in draw_map(points, COLOURINGS["score"](points), "v").data
    }
    scores = points["score"].dropna()
    marker = by_name["circle"].marker
    assert (marker.cmin, marker.cmax) == (0, 100)
    assert (marker.colorbar.ticktext[0], marker.colorbar.ticktext[-1]) == (
        f"{scores.min():.3g}",
        "1e+03",
    )
    assert isinstance(by_name["square"].marker.color, str)
    assert list(by_name["star"].marker.color) == pytest.approx(
        [100 * (scores <= score).mean() for score in points[points["picked"]]["score"]]
    )


def test_images_that_lack_a_class_all_stand_at_the_bottom():
    points = points_of(40)
    share = np.where(points["image"] < 30, 0.0, points["image"])
    shown = {
        int(image): float(colour)
        for trace in draw_map(points, Values("share", share), "v").data
        for image, colour in zip(trace.customdata, trace.marker.color, strict=True)
    }
    assert {shown[image] for image in range(30)} == {100 / 40}


def test_there_is_one_bar_with_the_unit_and_none_without_any_value():
    points = points_of(40)
    bars = [
        trace.marker.colorbar.title.text
        for trace in draw_map(points, Values("depth", points["score"].to_numpy(), "m"), "v").data
        if trace.marker.showscale
    ]
    assert bars == ["depth (m)<br>(by rank)"]
    blank = draw_map(points, Values("depth", np.full(40, np.nan), "m"), "v")
    assert sum(bool(trace.marker.showscale) for trace in blank.data) == 0
    assert sorted(positions(blank)) == list(range(40))


def test_hover_tells_name_rank_and_score():
    points = points_of(10)
    text = next(
        trace
        for trace in draw_map(points, by_state(points), "v").data
        if trace.marker.symbol == "star"
    ).text[0]
    assert "i1" in text
    assert "picked 1." in text
    assert f"{points['score'][1]:.3g}" in text


def test_the_map_begins_where_somebody_zoomed_to():
    points = points_of(10)
    layout = draw_map(points, by_state(points), "v", zoom=[0, 1, 2, 3]).layout
    assert (layout.xaxis.range, layout.yaxis.range) == ((0, 1), (2, 3))


def test_the_picture_counts_every_image_once_where_it_lies():
    points = points_of(3000)
    heat = draw_density(points, "v").data[0]
    counts = np.asarray(heat.text).astype(int)
    assert counts.sum() == 3000
    across = np.abs(np.asarray(heat.x) - points["x"][17]).argmin()
    up = np.abs(np.asarray(heat.y) - points["y"][17]).argmin()
    assert counts[up, across] >= 1
    assert np.isnan(np.asarray(heat.z)[counts == 0]).all()
    assert np.asarray(heat.z)[up, across] == pytest.approx(np.log10(counts[up, across]))


def test_a_picture_of_any_number_of_images_is_of_one_size():
    small, large = (
        len(np.asarray(draw_density(points_of(count), "v").data[0].text).ravel())
        for count in (100, 20_000)
    )
    assert small == large
    assert len(draw_density(points_of(20_000), "v").data[1].x) == PICKS_ON_PICTURE

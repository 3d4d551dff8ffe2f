"""The Batch page: tiles, filters, overlays, decisions with refill and undo, and its address."""

import re

import numpy as np
import pandas as pd
import pytest

from mtal.runs.reviews.review_database import ACCEPTED, REJECTED, ReviewDatabase
from tests.app.page_contents import address, picks, texts

TILE = re.compile(
    r'<li class="tile ([^"]*)" data-image="(\d+)"><a href="([^"]*)" data-open="([^"]*)"'
)


def html(app) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def grids(app) -> list[list[str]]:
    """The ids of each grid: the batch first, unless it is a table."""
    return [
        [match[3] for match in TILE.findall(body)] for body in html(app) if 'class="tiles"' in body
    ]


def signs(app) -> dict[str, str]:
    """id -> decision, of the first tile that shows the image.

    The tiles of the batch come first, those of other strategies last.
    """
    return {match[3]: match[0] for body in reversed(html(app)) for match in TILE.findall(body)}


def press(app, key: str):
    return app.button(key=f"batch.{key}").click().run()


@pytest.fixture
def run(made_store):
    return made_store("finished")


@pytest.fixture
def names(run) -> list[str]:
    """Ids of cycle 0 in the order of their ranks: five picks, then the rest."""
    return run.pool(0).query("rank > 0").sort_values("rank")["id"].tolist()


def test_the_grid_shows_the_picks_and_the_near_misses_with_an_address_each(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0")
    assert not app.exception
    batch, near = grids(app)[:2]
    assert batch == names[:5]
    assert near == names[5:17]
    assert not app.get("image")  # no element per tile
    link = TILE.findall(next(body for body in html(app) if 'class="tiles"' in body))[1][2]
    assert link.startswith("batch?run=")
    assert f"sample={names[1]}" in link
    assert all(f"thumb/{run.name}/{image}.jpg" in "".join(html(app)) for image in picks(run, 0))


def test_filters_and_order_stand_in_the_address(open_page, run, names):
    pool = run.pool(0).set_index("id").loc[names[:5]]
    app = open_page("batch", run=run.name, cycle="0", best="3", sort="s.depth", reverse="1")
    expected = pool[pool["rank"] <= 3].sort_values("s.depth")
    assert grids(app)[0] == expected.index.tolist()
    assert "3 of 5 images" in texts(app)
    app.slider(key="batch.best").set_value(2).run()
    assert address(app)["best"] == "2"
    assert len(grids(app)[0]) == 2
    press(app, "clear")
    assert "best" not in address(app)
    assert len(grids(app)[0]) == 5


def test_an_image_must_have_a_score_and_a_class(open_page, run, names):
    pool = run.pool(0)
    least = sorted(pool[pool["picked"]]["s.depth"])[2]
    app = open_page("batch", run=run.name, cycle="0", of="s.depth", least=f"{least:.6f}")
    assert not app.exception
    assert set(grids(app)[0]) <= set(pool[pool["picked"] & (pool["s.depth"] >= least - 1e-3)]["id"])
    assert 0 < len(grids(app)[0]) < 5
    content = run.content(0)
    if not content.empty:
        of_batch = 100 * content.iloc[picks(run, 0)]
        name = of_batch.iloc[0].idxmax()  # at least one image has enough of it
        share = f"{of_batch[name].iloc[0] - 0.001:.3f}"
        app = open_page("batch", run=run.name, cycle="0", **{"class": name, "share": share})
        assert not app.exception
        shown = grids(app)[0]
        images = of_batch.index[of_batch[name] >= float(share)]
        wanted = [pool["id"].iloc[image] for image in images]
        assert wanted
        assert sorted(shown) == sorted(wanted)


def test_an_address_that_filters_by_what_is_not_there_is_told_and_the_rest_holds(
    open_page, run, names
):
    app = open_page("batch", run=run.name, cycle="0", driver="gone", best="1")
    assert not app.exception
    assert "no driver `gone`" in app.warning[0].value
    assert grids(app)[0] == names[:1]


def test_the_image_in_the_address_is_shown_larger_and_the_keys_step_through(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0")
    assert app.button(key="batch.previous").disabled
    assert app.button(key="batch.decide.accepted").disabled
    for name in names[:2]:
        press(app, "next")
        assert address(app)["sample"] == name
        assert f"`{name}`" in texts(app)
    assert any(f'[data-image="{picks(run, 0)[1]}"] .stack' in body for body in html(app))
    press(app, "previous")
    assert address(app)["sample"] == names[0]
    press(app, "grid")
    assert "sample" not in address(app)
    keys = {button.key: button.proto.shortcut for button in app.button if button.proto.shortcut}
    assert keys == {
        "batch.next": "j",
        "batch.previous": "k",
        "batch.grid": "g",
        "batch.undo": "u",
        "batch.decide.accepted": "a",
        "batch.decide.rejected": "x",
        "batch.over.prediction": "o",
        "batch.over.disagreement": "d",
        **{f"batch.task.{task.name}": str(number) for number, task in enumerate(run.tasks, 1)},
    }


def test_an_unknown_image_in_the_address_is_told_and_the_grid_stays(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0", sample="gone")
    assert "no image with the id `gone`" in app.warning[0].value
    assert grids(app)[0] == names[:5]
    press(app, "forget")
    assert not app.warning


def test_reject_refills_and_undo_takes_it_back(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0", sample=names[1])
    press(app, "decide.rejected")
    assert signs(app)[names[1]] == REJECTED
    assert grids(app)[0] == [*names[:5], names[5]]  # the rejected one stays to be seen
    assert signs(app)[names[5]] == "refill"
    assert grids(app)[1] == names[6:18]
    assert "1 rejected, 1 refill" in texts(app)
    again = open_page("batch", run=run.name, cycle="0", sample=names[1])  # as after a refresh
    assert signs(again)[names[1]] == REJECTED
    assert app.button(key="batch.decide.rejected").label == "Rejected"
    press(again, "undo")
    assert grids(again)[0] == names[:5]
    assert again.button(key="batch.undo").disabled
    assert ReviewDatabase(run.store).decisions(run.name, 0).empty


def test_undo_leaves_what_somebody_else_decided_since_the_page_was_drawn(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0", sample=names[1])
    press(app, "decide.rejected")
    reviews = ReviewDatabase(run.store)
    reviews.decide(run.name, 0, [names[1]], ACCEPTED, "a colleague")  # in another tab
    press(app, "undo")
    decisions = reviews.decisions(run.name, 0)[["decision", "who"]]
    assert decisions.values.tolist() == [[ACCEPTED, "a colleague"]]


def test_pressed_again_a_decision_is_taken_back(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0", sample=names[0])
    press(app, "decide.accepted")
    assert signs(app)[names[0]] == ACCEPTED
    press(app, "decide.accepted")
    assert signs(app)[names[0]] == "auto"


def test_a_near_miss_that_is_accepted_comes_first(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0", sample=names[7])
    press(app, "decide.accepted")
    assert signs(app)[names[7]] == "waits"
    reviews = ReviewDatabase(run.store)
    reviews.decide(run.name, 0, [names[0]], REJECTED, "a colleague")  # in another tab
    app.run()
    assert grids(app)[0] == [*names[:5], names[7]]
    assert signs(app)[names[7]] == ACCEPTED
    assert any("✕</i> rejected · a colleague" in body for body in html(app))


def test_all_that_a_filter_shows_is_decided_at_once(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0", best="3")
    press(app, "all.rejected")
    decisions = ReviewDatabase(run.store).decisions(run.name, 0)
    assert sorted(decisions["sample"]) == sorted(names[:3])
    assert set(decisions["decision"]) == {REJECTED}
    press(app, "undo")
    assert ReviewDatabase(run.store).decisions(run.name, 0).empty


def test_a_note_is_stored_and_shown_without_being_markup(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0", sample=names[0])
    app.text_input(key=f"batch.note.{run.name}.0.{names[0]}").set_value("<b>dark</b> & *odd*").run()
    decisions = ReviewDatabase(run.store).decisions(run.name, 0)
    assert decisions["note"].tolist() == ["<b>dark</b> & *odd*"]
    assert any("&lt;b&gt;dark&lt;/b&gt; &amp; *odd*" in body for body in html(app))
    assert not any("<b>dark" in body for body in html(app))


def test_overlays_stand_in_the_address_and_lie_over_the_drawn_images(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0")
    assert not any('class="over"' in body for body in html(app))
    press(app, "over.prediction")
    assert address(app)["over"] == "prediction"
    first = picks(run, 0)[0]
    assert any(f"picture/{run.name}/0/{first}/semseg.final.png" in body for body in html(app))
    app.selectbox(key="batch.layer").set_value("initial").run()
    press(app, "task.depth")
    assert address(app)["task"] == "depth"
    press(app, "over.disagreement")
    app.slider(key="batch.opacity").set_value(80).run()
    again = open_page("batch", **address(app))
    for page in (app, again):
        assert any(f"picture/{run.name}/0/{first}/depth.gap." in body for body in html(page))
        assert any("opacity: 0.8" in body for body in html(page))
        assert any("disagreement with" in body for body in html(page))
    press(again, "over.disagreement")
    assert address(again)["over"] == "none"


def test_a_cycle_without_pictures_has_no_overlays(open_page, run, names):
    run.cycle(0).evidence.unlink()
    app = open_page("batch", run=run.name, cycle="0", over="prediction")
    assert not app.exception
    assert not any('class="over"' in body for body in html(app))
    assert grids(app)[0] == names[:5]


def test_a_missing_thumbnail_is_named(open_page, run, names):
    run.thumbnail(names[0]).unlink()
    app = open_page("batch", run=run.name, cycle="0")
    assert not app.exception
    batch = next(body for body in html(app) if 'class="tiles"' in body)
    assert batch.count("no thumbnail") == 1


def test_others_are_compared_or_it_says_why_not(open_page, run, names):
    app = open_page("batch", run=run.name, cycle="0")
    others = run.others_picked(0)
    assert "What would others have picked?" in texts(app)
    if not others:
        assert "was replayed" in texts(app)
        return
    name = list(others)[-1]
    app = open_page("batch", run=run.name, cycle="0", vs=name, side="theirs")
    assert not app.exception
    only = [image for image in others[name] if image not in picks(run, 0)]
    ids = run.facts.pool
    assert f"Only the other: {len(only)} image" in texts(app)
    assert (grids(app)[2:] or [[]])[0] == [ids[image] for image in only][:24]


def test_an_old_run_has_no_others(open_page, run, names):
    run.cycle(0).others_picked.unlink(missing_ok=True)
    run.cycle(0).content.unlink(missing_ok=True)
    path = run.cycle(0).pool
    table = pd.read_parquet(path)
    new = [name for name in ("cluster", "nearest", "nearest_after") if name in table]
    table.drop(columns=new).to_parquet(path)
    app = open_page("batch", run=run.name, cycle="0")
    assert not app.exception
    assert grids(app)[0] == names[:5]
    assert "No other strategy was replayed" in texts(app)


def test_random_can_be_decided_too_and_is_refilled(open_page, made_store):
    run = made_store("finished", strategy="random")
    first = run.facts.pool[picks(run, 0)[0]]
    app = open_page("batch", run=run.name, cycle="0", sample=first)
    assert not app.exception
    press(app, "decide.rejected")
    assert len(grids(app)[0]) == 6
    assert list(signs(app).values()).count("refill") == 1
    assert len(app.selectbox(key="batch.sort").options) >= 1


def test_a_run_of_single_tasks_says_which(open_page, run, names):
    pairs = run.picked(0)
    first = pairs[0, 0]
    np.save(run.cycle(0).pick, pairs[(pairs[:, 0] != first) | (pairs[:, 1] == 1)])
    app = open_page("batch", run=run.name, cycle="0", sample=names[0])
    assert not app.exception
    assert any("for depth only" in body for body in html(app))
    assert "Labels asked for: depth only" in texts(app)


def test_in_a_simulation_it_says_what_decisions_do(open_page, run):
    assert "changes exports, not the run" in texts(open_page("batch", run=run.name, cycle="0"))


def test_a_set_in_the_address_is_compared_with_the_batch(open_page, run, names):
    samples = [names[1], names[3], names[9]]
    set_id = ReviewDatabase(run.store).save_set(run.data.folder.name, samples, "ada")
    app = open_page("batch", run=run.name, cycle="0", set=set_id)
    assert not app.exception
    overlap = "2 images of this batch are in the set, 3 are not; 1 of the set are not in the batch"
    assert overlap in texts(app).replace("*", "")
    assert grids(app)[0] == names[:5]
    filtered = open_page("batch", run=run.name, cycle="0", set=set_id, only="set")
    assert grids(filtered)[0] == [names[1], names[3]]
    app = open_page("batch", run=run.name, cycle="0", set="gone")
    assert "no set `gone`" in app.warning[0].value

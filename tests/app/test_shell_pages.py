"""Home, Jobs, Help and the shell in every state of the store."""

import re
from pathlib import Path

import pytest

from mtal.runs.files import write_json
from mtal.ui.text import plain
from tests.app.page_contents import text_of

ROOT = Path(__file__).parents[2]
STATES = ("empty", "running", "queued", "finished", "interrupted", "failed", "stopped")
MINE = ("home", "data", "launch", "jobs", "help", "experiments")


@pytest.mark.parametrize("page", MINE)
@pytest.mark.parametrize("state", STATES)
def test_every_page_in_every_state(page, state, open_page, made_store):
    if state != "empty":
        made_store(state)
    app = open_page(page)
    assert not app.exception
    assert app.title


def test_a_page_is_called_like_its_link():
    links = re.findall(
        r'st\.Page\("pages/(\w+)\.py", title="([^"]+)"',
        (ROOT / "app.py").read_text(encoding="utf-8"),
    )
    assert len(links) == len(list((ROOT / "pages").glob("*.py")))
    for name, title in links:
        assert f'st.title("{title}"' in (ROOT / "pages" / f"{name}.py").read_text(encoding="utf-8")


def test_home_without_runs_offers_the_first_steps(open_page):
    app = open_page("home")
    assert {"home.demo", "home.simulate", "home.data"} <= {button.key for button in app.button}
    assert "Recent runs" not in text_of(app)


def test_home_leads_back_to_a_living_run(open_page, made_store):
    run = made_store("running")
    app = open_page("home")
    assert "Running now" in text_of(app)
    assert any(run.name in link.proto.query_string for link in app.get("page_link"))
    assert "Train network" in text_of(app)


def test_jobs_shows_progress_and_a_stop_that_asks_the_worker(open_page, made_store):
    run = made_store("running")
    app = open_page("jobs")
    last = run.reports()[-1]
    assert (last["cycle"], last["stage"]) == (1, "train")
    assert 0 < last["done"] < last["total"]
    assert f"{last['done']} of {last['total']}" in text_of(app)
    assert f"Cycle 1 (last: {run.config.cycles - 1})" in text_of(app)
    app.button(key=f"jobs.stop.{run.name}").click().run()
    assert run.paths.stop.exists()
    assert app.button(key=f"jobs.stop.{run.name}").disabled


def test_cycles_are_a_bound_where_a_rule_may_end_the_run(open_page, made_store):
    made_store("running", label_budget=33)
    words = text_of(open_page("jobs"))
    assert "Cycle 1 (last: 2 at most)" in words
    assert "1 of at most 3 cycles complete" in words


def test_a_run_that_a_rule_finished_says_so(open_page, made_store):
    run = made_store("finished", label_budget=33, cycles=4)
    rule = "the label budget of 33 task labels is spent"
    write_json(run.paths.result, run.result | {"reason": rule})
    for page in ("jobs", "run"):
        words = text_of(open_page(page, run=run.name))
        assert rule in words
        assert "3 of 3" in words
        assert "of 4" not in words


def test_jobs_says_which_place_in_the_queue(open_page, made_store):
    made_store("running", seed=0)
    made_store("queued", seed=1)
    made_store("queued", seed=2)
    words = text_of(open_page("jobs"))
    assert "place 1 of 2" in words
    assert "place 2 of 2" in words


def test_a_damaged_run_is_named(open_page, made_store):
    run = made_store("finished")
    (run.store.folder / "broken").mkdir()
    (run.store.folder / "broken" / "config.json").write_text("{", encoding="utf-8")
    assert "broken" in text_of(open_page("jobs"))


def test_help_has_a_card_for_every_strategy_under_its_heading(open_page):
    from mtal.acquisition.registry import STRATEGIES
    from mtal.ui.catalog import signals

    app = open_page("help")
    words = text_of(app)
    for strategy in STRATEGIES.values():
        assert strategy.formula in words
        assert all(
            plain(text) in words for text in (strategy.blurb, strategy.source, strategy.choices)
        )
        assert all(signals()[need] in words for need in strategy.signals())
    assert [heading.value for heading in app.subheader] == [
        "From the paper's comparison",
        "Beyond the paper",
        "Further baselines",
    ]


@pytest.mark.parametrize("page", ["launch", "run"])
def test_a_card_is_one_click_away(page, open_page, made_store):
    from mtal.acquisition.registry import STRATEGIES

    run = made_store("finished")
    app = open_page(page, **({"run": run.name} if page == "run" else {"like": run.name}))
    assert STRATEGIES["ours"].formula not in text_of(app)
    app.session_state[f"{page}.card.ours"] = True  # as a click on it does
    assert STRATEGIES["ours"].formula in text_of(app.run())


def test_an_unknown_run_in_the_address_is_named_with_what_there_is(open_page, made_store):
    run = made_store("finished")
    app = open_page("run", run="gone")
    assert not app.exception
    assert "gone" in app.warning[0].value
    assert run.name in app.warning[0].value
    app.button(key="run.forget_run").click().run()
    assert app.query_params["run"] == run.name


def test_the_chosen_run_stands_in_the_address_and_follows_to_other_pages(open_page, made_store):
    first, second = made_store("finished", seed=0), made_store("finished", seed=1)
    app = open_page("run", run=first.name)
    app.selectbox(key="run.run").set_value(second.name).run()
    assert app.query_params["run"] == second.name
    app.query_params.clear()
    app.switch_page("pages/batch.py").run()
    assert app.selectbox(key="batch.run").value == second.name

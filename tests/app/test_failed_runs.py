"""Runs that ended early: the cause, and the buttons that help."""

import pytest

from mtal.runs.files import write_json
from tests.app.page_contents import text_of

ENDED = [
    ("interrupted", "Force-stopped or crashed"),
    ("failed", "Out of memory"),
    ("stopped", "Stopped on request"),
]


@pytest.mark.parametrize(("state", "reason"), ENDED)
def test_jobs_says_why_a_run_ended_and_offers_resume(state, reason, open_page, made_store):
    run = made_store(state)
    app = open_page("jobs")
    assert reason in text_of(app)
    assert app.button(key=f"resume.{run.name}")


def test_resume_starts_the_worker_once(open_page, made_store, monkeypatch):
    run, begun = made_store("interrupted"), []
    monkeypatch.setattr(
        "mtal.ui.components.run_failure.start",
        lambda paths, accept_data: begun.append(paths.folder.name) or True,
    )
    open_page("jobs").button(key=f"resume.{run.name}").click().run()
    assert begun == [run.name]


def test_resume_all_takes_the_interrupted_ones_only(open_page, made_store, monkeypatch):
    begun: list[str] = []
    monkeypatch.setattr(
        "mtal.ui.components.resume_runs.start",
        lambda paths: begun.append(paths.folder.name) or True,
    )
    names = {made_store("interrupted", seed=seed).name for seed in range(2)}
    made_store("failed", seed=7)
    open_page("jobs").button(key="jobs.resume_all").click().run()
    assert set(begun) == names


def test_a_row_says_which_stopped_run_waits_for_labels(open_page, made_store):
    run = made_store("stopped")
    assert "Waiting for labels" not in text_of(open_page("home"))
    write_json(
        run.paths.result,
        {"outcome": "stopped", "reason": "it waits for labels of 2 picked images: 0007, 0009"},
    )
    assert "Waiting for labels" in [text.value for text in open_page("home").caption]
    assert "Waiting for labels" in text_of(open_page("jobs"))


def test_cause_prefers_what_the_evidence_says(made_store):
    from mtal.runs.store.failures import failure_of

    run = made_store("failed")
    assert failure_of(run).title == "Out of memory"
    full = made_store("failed", seed=1)
    write_json(
        full.paths.result,
        {"outcome": "failed", "reason": "OSError: [Errno 28] No space left on device"},
    )
    full.paths.log.write_text("OSError: [Errno 28] No space left on device\n", encoding="utf-8")
    assert failure_of(full).title == "Disk full"


NAN = "NonFiniteLossError: the loss is not finite while training the network. Try a lower lr"


BROKEN = "DataError: 1 file cannot be used: /data/depth/0025.npy cannot be read"


CHANGED = "DataError: the data in /data changed since this run began (fingerprint a, now b)"


LIST = "DataError: /data holds other pool images than when this run began"


@pytest.mark.parametrize(
    ("reason", "title", "button_kind"),
    [
        (NAN, "Loss is not a number", "copy"),
        (BROKEN, "Missing or broken file", "data"),
        (CHANGED, "Data changed", "accept"),
        (LIST, "Other images", "data"),
        ("ConfigError: lr: too high", "A setting cannot be used", "copy"),
        ("ValueError: a bug", "Error in the program", "resume"),
    ],
)
def test_the_button_that_helps_comes_first(reason, title, button_kind, open_page, made_store):
    run = made_store("failed")
    write_json(run.paths.result, {"outcome": "failed", "reason": reason})
    run.paths.log.write_text("", encoding="utf-8")
    app = open_page("run", run=run.name)
    assert not app.exception
    assert title in text_of(app)
    first, *others = [
        button for button in app.button if button.key and button.key.endswith(run.name)
    ]
    assert (first.key, first.proto.type) == (f"{button_kind}.{run.name}", "primary")
    assert {button.proto.type for button in others} == {"secondary"}
    assert title in text_of(open_page("home"))


def test_changed_data_is_accepted_by_its_own_button_only(open_page, made_store, monkeypatch):
    run, begun = made_store("failed"), []
    write_json(run.paths.result, {"outcome": "failed", "reason": CHANGED})
    run.paths.log.write_text("", encoding="utf-8")
    monkeypatch.setattr(
        "mtal.ui.components.run_failure.start",
        lambda paths, accept_data: begun.append(accept_data) or True,
    )
    app = open_page("run", run=run.name)
    app.button(key=f"accept.{run.name}").click().run()
    app.button(key=f"resume.{run.name}").click().run()
    assert begun == [True, False]


def test_an_older_failure_in_the_log_is_not_the_cause(made_store):
    from mtal.runs.store.failures import failure_of

    run = made_store("interrupted")
    run.paths.log.write_text("start 1, 2026-01-01 10:00:00\nout of memory\n", encoding="utf-8")
    assert failure_of(run).title == "Out of memory"
    run.paths.log.write_text(
        "start 1, 2026-01-01 10:00:00\nout of memory\nstart 2, 2026-01-01 11:00:00\n",
        encoding="utf-8",
    )
    assert failure_of(run).title == "Force-stopped or crashed"


def test_the_data_of_a_broken_run_is_one_click_away(open_page, made_store):
    run = made_store("failed")
    write_json(run.paths.result, {"outcome": "failed", "reason": BROKEN})
    run.paths.log.write_text("", encoding="utf-8")
    app = open_page("run", run=run.name)
    app.button(key=f"data.{run.name}").click().run()
    assert not app.exception
    assert app.query_params["dataset"] == "drawn"
    assert app.query_params["folder"] == "24+8"


def test_a_copy_of_a_failed_run_says_what_to_change_and_that_it_is_the_same_run_until_then(
    open_page, made_store
):
    run = made_store("failed")
    write_json(run.paths.result, {"outcome": "failed", "reason": NAN})
    run.paths.log.write_text("", encoding="utf-8")
    app = open_page("launch", like=run.name)
    assert not app.exception
    assert "Loss is not a number" in app.warning[0].value
    assert f"`{run.name}` (failed)" in text_of(app)
    assert text_of(app).count("change this") == 2  # learning rate and precision
    opened = {section.label.split(" (")[0]: section.proto.expanded for section in app.expander}
    assert opened["All settings of training"]
    assert not opened["All settings of selection"]
    app.number_input(key="launch.lr").set_value(1e-5).run()
    assert f"`{run.name}` (failed)" not in "\n".join(str(text.value) for text in app.markdown)

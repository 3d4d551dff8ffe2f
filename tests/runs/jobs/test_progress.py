"""Progress: what is done, the time left, and what cannot be estimated."""

import pytest

from mtal.config import Config
from mtal.runs.files import last_lines
from mtal.runs.jobs import progress as progress_of
from mtal.runs.jobs.progress import STAGES, ProgressState, append, last_cycle, parse, share_of_cycle

PLAN = [{"train": 10, "evaluate": 4, "score": 20}, {"train": 20, "evaluate": 4}]


def state_of(rows, since=0.0):
    state = ProgressState(since)
    for row in rows:
        state.add(row)
    return state


def progress(rows, plan, earlier_times=None, since=0.0, may_end_early=False):
    state = state_of(rows, since)
    return progress_of.progress(state, plan, lambda: earlier_times or {}, may_end_early)


def line(t, cycle, stage, done, total, **more):
    return {"t": t, "cycle": cycle, "stage": stage, "done": done, "total": total} | more


def test_nothing_can_be_said_before_the_first_report():
    assert progress([], PLAN) is None


def test_fraction_and_time_of_the_stage():
    rows = [
        line(90, 0, "load", 3, 3),
        line(100, 0, "train", 0, 10),
        line(108, 0, "train", 4, 10, loss={"depth": 1.5}),
    ]
    now = progress(rows, PLAN)
    assert (now.stage_title, now.fraction, now.stage_s, now.started, now.updated) == (
        STAGES["train"],
        0.4,
        8,
        90,
        108,
    )
    assert now.loss == {"depth": 1.5}


def test_a_stage_without_units_has_no_fraction():
    assert progress([line(0, 0, "pick", 0, 0)], PLAN).fraction == 0


def test_time_left_is_every_remaining_unit_at_its_own_speed():
    rows = [
        line(0, 0, "train", 0, 10),
        *(line(2.0 * done, 0, "train", done, 10) for done in (2, 4, 6)),
    ]
    earlier_times = {"evaluate": [0.5, 0.5], "score": [0.1, 0.1]}
    low, high = progress(rows, PLAN, earlier_times).eta_s
    assert low == high == pytest.approx((4 + 20) * 2.0 + (4 + 4) * 0.5 + 20 * 0.1)


def test_the_range_goes_from_the_median_to_the_ninth_tenth():
    times = [1.0] * 8 + [11.0] * 2
    rows, t = [line(0, 1, "evaluate", 0, 14)], 0.0
    for done, step in enumerate(times, start=1):
        t += step
        rows.append(line(t, 1, "evaluate", done, 14))
    low, high = progress(rows, PLAN).eta_s
    assert (low, high) == pytest.approx((4 * 1.0, 4 * 11.0))


def test_stages_never_timed_are_named_and_not_guessed():
    rows = [line(0, 0, "train", 0, 10), line(5, 0, "train", 5, 10), line(10, 0, "train", 10, 10)]
    now = progress(rows, PLAN)
    assert now.eta_missing == ("evaluate", "score")
    assert now.eta_s is None


def test_no_estimate_from_a_single_report():
    now = progress([line(0, 0, "train", 0, 10)], PLAN)
    assert now.eta_s is None
    assert set(now.eta_missing) == {"train", "evaluate", "score"}


def test_no_estimate_before_there_is_a_plan():
    now = progress([line(0, 0, "load", 0, 4), line(8, 0, "load", 4, 4)], [])
    assert (now.eta_s, now.eta_missing) == (None, ())


def test_reports_of_an_earlier_start_say_nothing_but_how_long_a_unit_takes():
    rows = [line(0, 0, "train", 0, 10), line(10, 0, "train", 10, 10, loss={"depth": 1.5})]
    assert progress(rows, PLAN, since=100) is None
    rows += [line(100, 0, "train", 0, 10), line(101, 0, "train", 1, 10)]
    now = progress(rows, [{"train": 10}], since=100)
    assert (now.started, now.loss) == (100, {})
    assert now.eta_s == pytest.approx((9.0, 9.0))


def test_the_time_left_is_a_bound_where_a_rule_may_end_the_run():
    rows = [line(0, 0, "train", 0, 10), line(10, 0, "train", 5, 10), line(20, 0, "train", 10, 10)]
    texts = [
        progress(rows, [{"train": 10}] * 2, may_end_early=early).time_left
        for early in (False, True)
    ]
    assert texts == ["20 s left", "at most 20 s left"]
    assert progress(rows, [], may_end_early=True).time_left == "no estimate yet"
    assert [last_cycle(Config(cycles=4, **rule)) for rule in ({}, {"plateau_percent": 2})] == [
        "3",
        "3 at most",
    ]


def test_nothing_is_left_at_the_end():
    now = progress([line(0, 1, "evaluate", 0, 4), line(8, 1, "evaluate", 4, 4)], PLAN)
    assert now.eta_s == (0, 0)


def test_times_are_not_taken_across_a_resume_or_a_stage():
    rows = [
        line(0, 0, "train", 0, 10),
        line(10, 0, "train", 5, 10),
        line(5000, 0, "train", 0, 10),
        line(5010, 0, "train", 5, 10),
        line(9000, 0, "evaluate", 2, 4),
    ]
    assert list(state_of(rows).times["train"]) == [2.0, 2.0]
    assert set(state_of(rows).times) == {"train"}


def test_the_stage_is_timed_from_its_last_beginning():
    rows = [
        line(0, 0, "train", 0, 10),
        line(10, 0, "train", 5, 10),
        line(5000, 0, "train", 0, 10),
        line(5004, 0, "train", 2, 10),
    ]
    assert progress(rows, PLAN).stage_s == 4


def test_the_cut_line_of_a_killed_worker_is_left_out(tmp_path):
    path = tmp_path / "progress"
    append(path, 0, "train", 1, 10, {"depth": 0.123456789})
    append(path, 0, "train", 2, 10)
    whole = path.read_text()
    path.write_text(whole + '{"t": 17')
    rows = parse(last_lines(path))
    assert [row["done"] for row in rows] == [1, 2]
    assert rows[0]["loss"] == {"depth": 0.12346}
    append(path, 0, "train", 3, 10)  # by the resumed worker; lost, since it continues the cut line
    append(path, 0, "train", 4, 10)
    assert [row["done"] for row in parse(last_lines(path))] == [1, 2, 4]


@pytest.mark.parametrize("text", ["", "[]", "7", '{"t": 1}', "not json"])
def test_lines_of_another_form_are_left_out(text):
    assert parse([text]) == []


def test_now_and_then_a_slow_unit_does_not_widen_the_range_by_much():
    """One unit in five takes ten times as long: 2.8 s on average, far from median and maximum."""
    now, rows = 0.0, [{"t": 0.0, "cycle": 0, "stage": "train", "done": 0, "total": 200}]
    for number in range(100):
        now += 10.0 if number % 5 == 0 else 1.0
        rows.append({"t": now, "cycle": 0, "stage": "train", "done": number + 1, "total": 200})
    low, high = progress(rows, [{"train": 200}]).eta_s
    assert low == pytest.approx(100 * 2.8)
    assert high == pytest.approx(100 * 2.8)


def at(stage, done, total):
    return {"t": 0.0, "cycle": 1, "stage": stage, "done": done, "total": total}


def test_the_share_of_a_cycle_counts_stages_by_the_time_they_took():
    seconds = {"load": 2.0, "train": 6.0, "evaluate": 1.0, "score": 1.0}
    assert share_of_cycle(at("load", 1, 2), seconds) == pytest.approx(0.1)
    assert share_of_cycle(at("train", 0, 9), seconds) == pytest.approx(0.2)
    assert share_of_cycle(at("train", 3, 9), seconds) == pytest.approx(0.4)
    # not timed: between evaluate and score
    assert share_of_cycle(at("pairs", 1, 2), seconds) == pytest.approx(0.9)
    assert share_of_cycle(at("project", 1, 1), seconds) == pytest.approx(1.0)


def test_the_share_of_the_first_cycle_is_that_of_its_training():
    assert [share_of_cycle(at(stage, 1, 4), {}) for stage in ("load", "train", "evaluate")] == [
        0,
        0.25,
        1,
    ]
    assert share_of_cycle(at("train", 0, 0), {}) == 0
    assert share_of_cycle(at("of a later version", 1, 2), {}) == 0

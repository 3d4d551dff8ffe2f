"""`experiment new`, `add`, `start`, `stop` and `report`. Workers are small ones."""

import errno
import re
from contextlib import contextmanager

import pytest

from mtal.cli.experiment import EXPERIMENT, parse_varied
from mtal.config import ConfigError
from mtal.runs.experiments.experiment import find_experiment
from mtal.runs.jobs.launch import create
from mtal.runs.jobs.status import Status
from tests.cli.conftest import SETS, finish
from tests.runs.made_run import made_course
from tests.runs.small_worker import notes, until


def test_every_subcommand_says_what_it_does(experiment):
    text, _ = experiment("--help")
    for word, function in EXPERIMENT.items():
        assert word in text
        assert function.__doc__
    assert "3: not all were done" in " ".join(
        re.sub(r"[│\n]", " ", experiment("watch", "--help")[0]).split()
    )


class TestNew:
    def test_plans_and_starts_in_one_go(self, experiment, store):
        text, code = experiment(
            "new", "toy", *SETS, "--strategies", "random,ours", "--seeds", "0,1"
        )
        names = [cell.run_name for cell in find_experiment(store, "toy").cells]
        *lines, last = text.splitlines()
        assert code == 0
        assert lines == [f"{name}: started" for name in names]
        assert re.fullmatch(
            r"toy: 0 of 4 runs finished: .*"
            r"No estimate before a cycle of random, ours has been timed",
            last,
        )
        again, _ = experiment("new", "toy", *SETS, "--strategies", "ours,random", "--seeds", "1,0")
        assert again.splitlines()[:-1] == [f"{name}: at work already" for name in names]
        until(lambda: sorted(notes(store, "workers")) == sorted(names))
        assert find_experiment(store, "toy").title == "toy"

    def test_the_settings_are_those_of_run(self, experiment, store):
        experiment("new", "one", "--preset", "demo", "--set", "seed=7", "--no-start")
        (cell,) = find_experiment(store, "one").cells
        assert (cell.variant, cell.config.steps, cell.strategy, cell.seed) == ("", 360, "ours", 7)

    def test_dry_run_shows_the_plan_and_writes_nothing(self, experiment, store):
        text, code = experiment(
            "new",
            "toy",
            *SETS,
            "--strategies",
            "random,ours",
            "--seeds",
            "0,1",
            "--dry-run",
            "--vary",
            "committee=max,mean",
            "--vary",
            "epochs=3",
        )
        assert code == 0
        assert [line.split() for line in text.splitlines()] == [
            ["strategy", "variant", "seed", "0", "seed", "1"],
            ["random", "new", "new"],
            ["ours", "new", "new"],
            ["ours", "committee=mean", "new", "new"],
            ["random", "epochs=3", "new", "new"],
            ["ours", "epochs=3", "new", "new"],
            ["10", "runs;", "nothing", "is", "written", "or", "started"],
        ]
        assert not store.folder.exists()

    def test_grid_takes_every_combination(self, experiment, store):
        experiment(
            "new",
            "toy",
            *SETS,
            "--strategies",
            "random,ours",
            "--no-start",
            "--grid",
            "--vary",
            "committee=mean",
            "--vary",
            "committee=min",
            "--vary",
            "epochs=3,4",
        )
        cells = find_experiment(store, "toy").cells
        assert [cell.variant for cell in cells if cell.strategy == "random"] == [
            "",
            "epochs=3",
            "epochs=4",
        ]
        assert [cell.variant for cell in cells if cell.strategy == "ours"] == [
            "",
            *(
                f"epochs={epochs}, committee={committee}"
                for committee in ("mean", "min")
                for epochs in (3, 4)
            ),
        ]

    def test_some_settings_vary_together_and_the_others_one_at_a_time(self, experiment, store):
        varied = ("embedding=64,128", "diversity=cosine", "committee=mean")
        options = [option for text in varied for option in ("--vary", text)]
        experiment(
            *("new", "toy", *SETS, "--strategies", "ours", "--no-start", *options),
            *("--together", "embedding,diversity"),
        )
        assert [cell.variant for cell in find_experiment(store, "toy").cells] == [
            "",
            "committee=mean",
            "embedding=64, diversity=cosine",
            "embedding=128, diversity=cosine",
        ]

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["toy", "--together", "embedding"], "embedding is not among the settings of --vary"),
            (["../x"], "is not the name of an experiment"),
            (["../x", "--dry-run"], "is not the name of an experiment"),
            (["toy", "--strategies", "ours,oours"], "did you mean 'ours'"),
            (["toy", "--seeds", "0,-1"], "'-1' is not a whole number"),
            (["toy", "--vary", "committee"], "write it as setting=value,value"),
            (["toy", "--vary", "committee=median"], "committee"),
            (["toy", "--vary", "comittee=max"], "did you mean 'committee'"),
            (["toy", "--vary", "seed=1"], "--seeds"),
            (["toy", "--vary", "backbone=tiny,tinny"], "'tinny'"),
            (["toy", "--set", "dataset=nothing"], "'nothing'"),
        ],
    )
    def test_what_cannot_be_planned_is_one_line_and_no_plan(
        self, experiment, store, words, message
    ):
        text, code = experiment("new", words[0], *SETS, *words[1:])
        assert code == 2
        assert text.count("\n") == 1
        assert message in text
        assert not store.folder.exists()

    def test_a_name_that_is_taken(self, experiment, planned):
        text, code = experiment("new", "toy", *SETS)
        assert code == 2
        assert "there is an experiment called toy already" in text

    def test_a_run_that_cannot_be_started_is_said_with_the_exit_code(
        self, experiment, planned, store
    ):
        create(planned.cells[0].config, store).config.write_text("{")
        text, code = experiment("start", "toy")
        assert code == 1
        assert "cannot be started" in text.splitlines()[0]
        assert [line.endswith(": started") for line in text.splitlines()[1:4]] == [True] * 3


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("committee=max,mean", ["max", "mean"]),
        (" epochs = 2, 3", [2, 3]),
        ("with_final=true,false", [True, False]),
        ("size=96x128,120x160", ["96x128", "120x160"]),
        ("tasks=[semseg,depth],[depth]", [["semseg", "depth"], ["depth"]]),
        ("loss_weights={depth: 2}", [{"depth": 2}]),
        ("data='a,b',c", ["a,b", "c"]),
    ],
)
def test_values_to_vary_are_yaml(text, values):
    assert parse_varied([text]) == {text.partition("=")[0].strip(): values}
    assert parse_varied([text, text]) == {text.partition("=")[0].strip(): values * 2}


@pytest.mark.parametrize("text", ["epochs=", "epochs", "tasks=[semseg", "=3]"])
def test_what_is_no_list_of_values_is_named(text):
    with pytest.raises(ConfigError, match="--vary"):
        parse_varied([text])


class TestAdd:
    def test_seeds_strategies_and_variants_join_all_that_is_there(self, experiment, planned, store):
        text, code = experiment(
            "add",
            "toy",
            "--seeds",
            "2",
            "--strategies",
            "core-set",
            "--vary",
            "committee=mean",
            "--no-start",
        )
        assert (text, code) == ("toy: 0 of 12 runs finished: 12 not started\n", 0)
        wider = find_experiment(store, "toy")
        assert wider.cells[:4] == planned.cells
        assert (wider.strategies, wider.seeds) == (("random", "ours", "core-set"), (0, 1, 2))
        assert wider.variants == ("", "committee=mean")
        assert experiment("add", "toy", "--seeds", "0,2") == ("toy has all of that already\n", 0)

    def test_only_what_is_new_is_started_anew(self, experiment, planned, store):
        experiment("start", "toy")
        finish(store)
        text, code = experiment("add", "toy", "--seeds", "2")
        assert code == 0
        fresh = [cell.run_name for cell in find_experiment(store, "toy").cells if cell.seed == 2]
        assert text.splitlines()[:-1] == [f"{name}: started" for name in fresh]
        assert len(fresh) == 2
        assert re.match(r"toy: 4 of 6 runs finished", text.splitlines()[-1])
        until(lambda: set(fresh) <= set(notes(store, "workers")))
        assert sorted(notes(store, "workers")) == sorted(
            cell.run_name for cell in find_experiment(store, "toy").cells
        )

    def test_dry_run_shows_what_would_join(self, experiment, planned, store):
        text, code = experiment("add", "toy", "--seeds", "5", "--dry-run")
        assert code == 0
        assert text.splitlines()[0].split() == ["strategy", "variant", "seed", "5"]
        assert find_experiment(store, "toy") == planned

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["toy"], "nothing to add"),
            (["nothing", "--seeds", "2"], "there are: toy"),
            (["toy", "--strategies", "our"], "'ours'"),
            (["toy", "--vary", "backbone=tinny"], "'tinny'"),
        ],
    )
    def test_what_cannot_be_added_changes_nothing(self, experiment, planned, store, words, message):
        text, code = experiment("add", *words)
        assert code == 2
        assert message in text
        assert find_experiment(store, "toy") == planned


class TestStop:
    def test_stop_and_start_again(self, experiment, planned, store):
        experiment("start", "toy")
        text, code = experiment("stop", "toy")
        assert code == 0
        assert sorted(text.splitlines()) == sorted(
            f"{cell.run_name}: asked to stop" for cell in planned.cells
        )
        until(lambda: {state.status for state in planned.states()} == {Status.STOPPED})
        assert experiment("stop", "toy") == ("Nothing is at work\n", 0)
        assert experiment("start", "toy")[0].count("resumed (it was stopped)") == 4


class TestReport:
    def test_writes_a_page_and_replaces_its_own(self, experiment, planned, store, tmp_path):
        out = tmp_path / "toy.html"
        text, code = experiment("report", "toy", "--out", out)
        assert code == 0
        assert text.startswith(f"{out}: 0 of 4 runs finished")
        assert "0 of 4 runs finished: 4 not started." in out.read_text()
        made_course(store.folder, planned.cells[0].config, [5.0, 4.0, 3.0])
        assert experiment("report", "toy", "--out", out)[1] == 0
        assert "1 of 4 runs finished: 3 not started." in out.read_text()
        assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["toy.html"]

    def test_goes_here_under_the_name_of_the_experiment(
        self, experiment, planned, tmp_path, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        assert experiment("report", "toy")[1] == 0
        assert "A toy" in (tmp_path / "toy.html").read_text()

    def test_what_it_cannot_or_must_not_write_to_is_one_line(self, experiment, planned, tmp_path):
        other = tmp_path / "mine.html"
        other.write_text("<p>mine")
        for out, message in (
            (tmp_path, "is a folder"),
            (tmp_path / "gone" / "a.html", "there is no folder"),
            (other, "is there already and is no report"),
        ):
            text, code = experiment("report", "toy", "--out", out)
            assert (code, text.count("\n")) == (2, 1)
            assert message in text
        assert other.read_text() == "<p>mine"

    def test_a_full_disk_is_reported_and_the_old_report_stays(
        self, experiment, planned, tmp_path, monkeypatch
    ):
        out = tmp_path / "toy.html"
        experiment("report", "toy", "--out", out)
        before = out.read_bytes()

        @contextmanager
        def full(path, mode):
            raise OSError(errno.ENOSPC, "No space left on device")
            yield

        monkeypatch.setattr("mtal.cli.output_file.atomic_write", full)
        text, code = experiment("report", "toy", "--out", out)
        assert (code, text.count("\n")) == (2, 1)
        assert "cannot be written: No space left on device" in text
        assert out.read_bytes() == before

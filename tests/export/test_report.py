"""The report: one file that loads nothing, with all numbers, and with what is not finished."""

import re
import time
from html import unescape
from html.parser import HTMLParser

import pytest

from mtal.config import Config
from mtal.export.report import report, writer
from mtal.export.report_blocks import slug
from mtal.export.report_html import GENERATOR
from mtal.export.report_parts import SECTIONS
from mtal.runs.experiments.experiment import create_experiment
from mtal.runs.experiments.plan import Cell
from mtal.runs.files import read_json, write_json
from mtal.runs.paths import StorePaths
from tests.runs.made_run import made_course

pytestmark = pytest.mark.slow

HOSTILE = (
    '</script><script src="https://evil.example/x.js"></script>'
    '<img src=x onerror=alert(1)> & "Ours"'
)
COURSES = {"random": [6.0, 5.0, 4.0], "ours": [6.0, 4.5, 3.5], "rbal": [6.0, 5.5, 5.0]}
TITLES = {"random": "Random", "ours": "Ours", "rbal": "RBAL"}
LOADS = {"src", "href", "data", "action", "poster", "srcset", "xlink:href"}


class Page(HTMLParser):
    """What stands in a page: tags with attributes, texts, and scripts apart."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.scripts, self.within = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.within = tag
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.within = ""

    def handle_data(self, data):
        (self.scripts if self.within == "script" else self.texts).append(data)

    def count(self, tag):
        return sum(name == tag for name, _ in self.tags)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    @property
    def headings(self):
        return [unescape(name) for name in re.findall(r"<h2>(.*?)</h2>", self.source)]


def read(text):
    page = Page(text)
    page.source = text
    return page


def made(store, names=("random", "ours", "rbal"), seeds=(0, 1, 2), **settings):
    """Runs of these strategies that differ a little from seed to seed."""
    return [
        made_course(
            store,
            Config(
                strategy=name, seed=seed, cycles=3, start_percent=10, step_percent=15, **settings
            ),
            [value + seed / 50 * (cycle + 1) for cycle, value in enumerate(COURSES[name])],
            strategy_title=TITLES[name],
        )
        for name in names
        for seed in seeds
    ]


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def planned(store, runs, title="Toy", more=()):
    return create_experiment(
        StorePaths(store), "toy", title, [Cell("", run.config) for run in runs] + [*more]
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The report of three strategies with three seeds, all finished."""
    store = tmp_path_factory.mktemp("whole")
    page = read(report(planned(store, made(store)), now=0))
    page.runs = [run.folder.name for run in StorePaths(store).runs()]
    return page


def test_it_loads_nothing_and_has_the_library_once(whole):
    assert whole.source.count("plotly.js v") == 1
    assert len(re.findall(r"<script[ >]", whole.source.split("<body>")[0])) >= 2
    for tag, attributes in whole.tags:
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        for name in LOADS & set(attributes):
            assert attributes[name].startswith("#"), (tag, attributes)
    styles = re.findall(r"<style>(.*?)</style>", whole.source, re.S)
    assert not any("url(" in style or "@import" in style for style in styles)
    assert "default-src 'none'" in whole.source
    assert GENERATOR in whole.source[:1000]


def test_everything_has_its_section_and_every_figure_words_and_numbers(whole):
    assert whole.headings == [
        name for name in (*SECTIONS, "Protocol", "Runs") if name != "Ablations"
    ]
    figures = re.findall(r"<figure>.*?</figure>", whole.source, re.S)
    tasks, change, wins, overlap, paper = 4, 1, 2, 1, 2 * 4  # nyud: its printed curves beside ours
    assert len(figures) == 2 * tasks + change + wins + overlap + paper
    for figure in figures:
        assert re.search(r'role="group" aria-label="[^"]{10,}"', figure)
        assert "<details>" in figure
        assert figure.count("Plotly.newPlot") == 1
        assert '<th scope="col">' in figure
    ids = re.findall(r' id="([^"]+)"', whole.source.split("<body>")[1])
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in whole.tags if tag == "a"]
    assert links == [f"#{slug(name)}" for name in whole.headings]


def test_what_was_compared_and_what_came_out_stand_at_the_top(whole):
    top = whole.text.split("Learning curves")[0]
    for text in (
        "Toy",
        "1970-01-01 00:00 UTC with mtal ",
        "Random, Ours and RBAL on Made (semseg, depth, normals)",
        "9 runs, seeds 0, 1 and 2",
        "9 of 9 runs finished",
        "Ours saves",
        "of what Random needs (task labels)",
        "RBAL: at most",
        "0123456789abcdef",
    ):
        assert text in top
    assert "warning" not in re.findall(r'<p class="(\w+)"', whole.source.split("<nav")[0])


def test_lines_tasks_axes_and_runs_are_named(whole):
    assert (
        "Friedman's test needs 5 tasks in which every line has an area under its curve, not 3"
        in whole.text
    )
    for text in (
        *TITLES.values(),
        "Semseg",
        "Depth",
        "Normals",
        "Multi-task loss",
        "Holm",
        "Jaccard",
        "Settings digest",
    ):
        assert text in whole.text
    drawn = "".join(whole.scripts)
    assert "Task labels" in drawn
    assert "m ↓" in drawn or "m \\u2193" in drawn
    assert len(whole.runs) == 9
    for name in whole.runs:
        assert name in whole.text


def test_a_loss_is_not_hidden(store):
    runs = made(store, ("random", "rbal"))
    assert (
        "RBAL saved no labels: it did not reach Random's" in read(report(planned(store, runs))).text
    )


def test_hostile_titles_are_text(store):
    runs = made(store, ("random",))
    runs.append(
        made_course(
            store,
            Config(strategy="ours", cycles=3, start_percent=10, step_percent=15),
            [6.0, 4.0, 3.0],
            strategy_title=HOSTILE,
        )
    )
    page = read(report(planned(store, runs, HOSTILE)))
    assert HOSTILE in page.text
    assert "img" not in {tag for tag, _ in page.tags}
    assert not [
        attributes
        for tag, attributes in page.tags
        if "src" in attributes or "onerror" in attributes
    ]
    for script in page.scripts[2:]:  # in figures it is escaped once more: they read tags themselves
        assert "<img" not in script
        assert "\\u003cimg" not in script


def test_what_is_not_finished_stands_at_the_top(store):
    runs = made(store, ("random", "ours"), (0, 1))
    runs.append(
        made_course(
            store,
            Config(strategy="rbal", cycles=3, start_percent=10, step_percent=15),
            [6.0],
            "stopped",
        )
    )
    never = Config(strategy="rbal", seed=1, cycles=3, start_percent=10, step_percent=15)
    page = read(report(planned(store, runs, more=[Cell("", never)])))
    top = page.text.split("Learning curves")[0]
    assert "4 of 6 runs finished: 1 not started, 1 stopped." in top
    assert f"{runs[-1].name}: stopped, 1 of 3 cycles" in top
    assert never.name not in top  # counted there, and named among the runs
    assert never.name in page.text
    assert '<p class="warning">4 of 6' in page.source


@pytest.mark.parametrize(
    ("names", "seeds", "text"),
    [
        (("ours",), (0,), "there is one line only"),
        (("ours",), (0, 1), "there is one line only"),
        (("random", "ours"), (0,), "one seed"),
        (("ours", "rbal"), (0, 1), "There is no run of Random"),
    ],
)
def test_few_runs(store, names, seeds, text):
    page = read(report(made(store, names, seeds), "Few"))
    assert text in page.text
    assert "<h1>Few</h1>" in page.source
    assert "Protocol" in page.headings


def test_without_a_cycle_or_a_run_it_says_so(store):
    none = made_course(store, Config(cycles=3), [], "")
    for asked in ([none], planned(store, [none])):
        page = read(report(asked))
        assert "No run has a complete cycle yet" in page.text
        assert page.count("figure") == 0
        assert "0 of 1 run finished" in page.text
    never = create_experiment(StorePaths(store), "never", "Never", [Cell("", Config(seed=7))])
    assert "None of these runs has begun" in read(report(never)).text


def test_one_cycle_has_no_area_and_no_failure(store):
    runs = [
        made_course(store, Config(strategy=name, cycles=3), [5.0], "stopped")
        for name in ("ours", "random")
    ]
    assert "An area needs curves of at least two points" in read(report(runs)).text


def test_a_run_on_all_labels_is_a_line_and_no_curve(store):
    full = made_course(store, Config(cycles=1, start_percent=100), [2.0])
    write_json(full.cycle(0).metrics, read_json(full.cycle(0).metrics) | {"percent": 100.0})
    alone = read(report([full]))
    assert "There is no curve to compare" in alone.text
    assert "Dotted line" in alone.text
    assert "Protocol" in alone.headings
    assert "Dotted line" in read(report([*made(store, ("random",)), full])).text


def test_ablations_have_figures_and_other_data_have_no_printed_curves(store):
    runs = [
        run
        for committee in ("max", "mean")
        for run in made(store, ("ours",), (0, 1), dataset="rooms", committee=committee)
    ]
    page = read(report(runs))
    assert "Ablations" in page.headings
    assert "The paper's curves" not in page.text
    assert "Committee joined by (Table 2): Depth" in page.text


def test_data_sets_have_sections_of_their_own(store):
    page = read(
        report(
            [
                *made(store, ("random", "ours"), (0, 1)),
                *made(store, ("random",), (0, 1), dataset="rooms"),
            ]
        )
    )
    assert {"Learning curves: nyud", "Learning curves: rooms"} <= set(page.headings)
    ids = re.findall(r' id="([^"]+)"', page.source.split("<body>")[1])
    assert len(ids) == len(set(ids))


def test_it_is_small_and_made_when_asked_for(store):
    before = time.process_time()
    content = writer(planned(store, made(store)))()
    assert len(content) < 6e6
    assert time.process_time() - before < 20  # a fifth of that by itself

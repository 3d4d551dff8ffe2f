"""The error about a wrong tasks.yaml names the file and the key, and says what to do."""

import copy

import pytest

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.description import Description, read_description
from tests.datasets.any_folder import DESCRIPTION, describe


@pytest.fixture
def read(tmp_path):
    def write(text):
        if isinstance(text, str):
            (tmp_path / "tasks.yaml").write_text(text)
        else:
            describe(tmp_path, text)
        return read_description(tmp_path / "tasks.yaml")

    return write


def changed(**changes):
    """The good description with some keys changed, such as `tasks__depth__scale=0`.

    None takes the key away.
    """
    values = copy.deepcopy(DESCRIPTION)
    for path, value in changes.items():
        *groups, key = path.split("__")
        target = values
        for group in groups:
            target = target[group]
        target[key] = value
        if value is None:
            del target[key]
    return values


def test_a_good_one_is_read(read):
    description = read(DESCRIPTION)
    assert (description.title, description.images, description.splits.pool) == (
        "Rooms",
        "images",
        "pool.txt",
    )
    assert list(description.labels) == [
        "semseg",
        "depth",
        "normals",
        "edge",
        "saliency",
        "human_parts",
    ]
    assert [spec.task().weight for spec in description.labels.values()] == [1, 1, 10, 50, 5, 2]
    assert description.labels["semseg"].task().classes == ("wall", "floor", "chair", "lamp")
    assert Description.model_validate(description.model_dump()) == description


def test_the_least_that_will_do(read):
    description = read("splits: {validation: {percent: 30}}\ntasks: {depth: {folder: depth}}")
    seed = description.splits.validation.seed
    assert (description.images, seed, description.title) == ("images", 0, "")


def test_weights_and_settings_of_edges_reach_the_task(read):
    tasks = read(
        changed(tasks__edge={"folder": "e", "weight": 7, "positive_weight": 0.8, "tolerance": 0.02})
    ).labels
    assert tasks["edge"].task().weight == 7
    assert "0.02" in tasks["edge"].task().metric.note


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"titel": "x"}, "no key 'titel' .did you mean 'title'.*; there are title, note, images"),
        (
            {"tasks__semseg__clases": ["a"]},
            "tasks.semseg: there is no key 'clases' .did you mean 'classes'",
        ),
        ({"tasks__dept": {"folder": "d"}}, "tasks: there is no key 'dept' .did you mean 'depth'"),
        ({"splits__train": "a.txt"}, "splits: there is no key 'train'"),
        (
            {"splits__validation": {"percentage": 3}},
            "splits.validation: there is no key 'percentage' .did you mean 'percent'",
        ),
        ({"splits__validation": None}, "splits.validation: Field required"),
        ({"splits": None}, "splits: Field required"),
        ({"tasks": None}, "tasks: Field required"),
        ({"tasks": {"depth": None}}, None),
        ({"tasks__depth__folder": None}, "tasks.depth.folder: Field required"),
        ({"tasks__depth": "depth"}, r"tasks.depth: .*\(got 'depth'\)"),
        ({"tasks__depth__scale": "milli"}, r"tasks.depth.scale: .*number.*\(got 'milli'\)"),
        ({"tasks__depth__scale": 0}, r"tasks.depth.scale: .*greater than 0 \(got 0\)"),
        ({"tasks__depth__scale": float("inf")}, "tasks.depth.scale: .*finite"),
        ({"tasks__depth__inverse": 3.0}, "tasks.depth: give `scale`.*not both"),
        ({"tasks__depth__far_m": 0.2}, "tasks.depth.far_m: .*0.5"),
        ({"tasks__depth__weight": -1}, "tasks.depth.weight"),
        ({"tasks__normals__flip": ["w"]}, "tasks.normals.flip.0: .*'x', 'y' or 'z'"),
        ({"tasks__edge__positive_weight": 1}, "tasks.edge.positive_weight"),
        ({"tasks__semseg__classes": "wall"}, r"tasks.semseg.classes: .*\(got 'wall'\)"),
        (
            {"tasks__semseg__classes": ["wall", "floor", "wall"]},
            "tasks.semseg: classes: 'wall' is there more than once",
        ),
        (
            {"tasks__semseg__classes": ["wall", " wall "]},
            "tasks.semseg: classes: 'wall' is there more than once",
        ),
        ({"tasks__semseg__classes": ["wall"]}, "tasks.semseg: classes: there are 1; name 2 to 255"),
        ({"tasks__semseg__classes": []}, "tasks.semseg: classes: there are 0"),
        ({"tasks__semseg__classes": [f"c{number}" for number in range(256)]}, "there are 256"),
        (
            {"tasks__semseg__classes": ["wall", False]},
            r"tasks.semseg.classes.1: is no text; put quotes around it .*\(got False\)",
        ),
        ({"tasks__semseg__classes": ["wall", ""]}, "tasks.semseg.classes.1: is no name"),
        (
            {"tasks__semseg__values": {1: "wal"}},
            "tasks.semseg: 'wal' is not among the classes .did you mean 'wall'",
        ),
        ({"tasks__semseg__values": {"one": "wall"}}, "tasks.semseg.values.one"),
        (
            {"tasks__semseg__values": {255: "wall", 1: "floor"}},
            "tasks.semseg: ignore: 255 is a class as well",
        ),
        (
            {"tasks__semseg__values": {1: "wall"}, "tasks__semseg__first": 1},
            "tasks.semseg: `first` goes with `classes` only",
        ),
        (
            {"tasks__semseg__values": {1: "wall"}, "tasks__semseg__colours": {"wall": [1, 2, 3]}},
            "not both",
        ),
        (
            {"tasks__semseg__colours": {"wall": "red"}, "tasks__semseg__ignore": []},
            r"colours.wall.*\[128, 0, 64\] or .#800040.*got 'red'",
        ),
        (
            {"tasks__semseg__colours": {"wall": [1, 2, 300]}, "tasks__semseg__ignore": []},
            "is no colour",
        ),
        (
            {"tasks__semseg__colours": {"wall": "#12345g"}, "tasks__semseg__ignore": []},
            "is no colour",
        ),
        (
            {
                "tasks__semseg__colours": {"wall": [1, 2, 3], "floor": "#010203"},
                "tasks__semseg__ignore": [],
            },
            "tasks.semseg: two classes have the colour #010203",
        ),
        (
            {"tasks__semseg__colours": {"wall": [1, 2, 3]}},
            "ignore: 255 is a value, but classes are given as colours",
        ),
        ({"tasks__semseg__ignore": ["#000000"]}, "tasks.semseg: ignore: .* is a colour"),
        ({"tasks__semseg__ignore": [0]}, "tasks.semseg: ignore: 0 is a class as well"),
        (
            {"tasks__human_parts__classes": {1: "heads"}},
            "tasks.human_parts: classes: 'heads' is no part .did you mean 'head'",
        ),
        (
            {"splits__validation": {"percent": 20}},
            "splits: pool: leave it out where validation is drawn",
        ),
        ({"splits__validation": {"percent": 0}}, "splits.validation.percent: .*greater than 0"),
        ({"splits__validation": 3}, r"splits.validation: .*string \(got 3\)"),
        (
            {"tasks__depth__folder": "images"},
            "tasks.depth.folder: images holds the images.*`suffix`",
        ),
        ({"tasks__depth__suffix": "a/b"}, "tasks.depth.suffix"),
    ],
)
def test_a_wrong_description_is_refused(read, tmp_path, change, message):
    values = changed(**change) if message else DESCRIPTION | {"tasks": {"depth": None}}
    with pytest.raises(
        DataError,
        match=message or r"tasks: depth says nothing; give it a folder.*\{folder: depth\}",
    ) as caught:
        read(values)
    assert str(caught.value).startswith(f"{tmp_path}/tasks.yaml: ")


@pytest.mark.parametrize(
    "key", ["images", "tasks__depth__folder", "splits__pool", "splits__validation"]
)
@pytest.mark.parametrize(
    "path", ["/etc", "../x", "a/../../x", "..", "a\\b", "C:/x", "~/x", "", "a\nb"]
)
def test_paths_that_lead_out_are_refused(read, key, path):
    with pytest.raises(
        DataError, match=rf"tasks\.yaml: {key.replace('__', '.')}: (must stay inside|name a folder)"
    ):
        read(changed(**{key: path}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must hold `key: value` lines.*NoneType"),
        ("- a\n- b", "not list"),
        ("a: [", "is no YAML"),
        ("12: x", "no key 12"),
        ("a: !!python/object/apply:os.system [ls]", "is no YAML"),
        ("[" * 3000, "is no YAML"),
        ("tasks:\n  semseg:\n    folder: s\n    colours: {wall: #ff0000\n", "is no YAML"),
        (
            "splits: {validation: v.txt}\ntasks:\n  semseg:\n    folder: s\n"
            "    colours:\n      wall: #ff0000\n      b: [0, 0, 0]\n",
            r"colours.wall.*in quotes because YAML.*\(got None\)",
        ),
    ],
)
def test_texts_that_are_no_description(read, text, message):
    with pytest.raises(DataError, match=message):
        read(text)


def test_a_bomb_of_aliases_is_refused_and_not_repeated(read):
    text = (
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"a{step}: &a{step} [{', '.join([f'*a{step - 1}'] * 10)}]\n" for step in range(1, 9)
        )
        + "title: *a8\n"
    )
    with pytest.raises(DataError) as caught:
        read(text)
    assert len(str(caught.value)) < 10_000


def test_a_file_that_is_missing_or_too_large_or_no_text(tmp_path):
    with pytest.raises(DataError, match=r"no .*tasks\.yaml; `python -m mtal check"):
        read_description(tmp_path / "tasks.yaml")
    (tmp_path / "tasks.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="UTF-8"):
        read_description(tmp_path / "tasks.yaml")
    (tmp_path / "tasks.yaml").write_text("#" * 1_000_001)
    with pytest.raises(DataError, match="more than 1,000,000 bytes"):
        read_description(tmp_path / "tasks.yaml")

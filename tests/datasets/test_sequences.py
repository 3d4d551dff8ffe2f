"""Sequences by a pattern, by groups.csv and by the data set itself, and errors that say where."""

from dataclasses import replace

import pytest

from mtal.config import Config, ConfigError, make_config
from mtal.datasets.checks.check import check
from mtal.datasets.dataset import DataError
from mtal.datasets.folder.bundled_rooms import ROOMS
from mtal.datasets.readers.nyud import NYUD
from mtal.datasets.sequences import find_sequences, matched, read_groups, sequence_names
from mtal.datasets.synthetic.shapes import DRAWN
from tests.datasets.nyud_folder import TRAIN, VAL, nyud_config


@pytest.fixture
def groups(folder):
    """groups(lines) writes groups.csv into a folder of NYUD_MT and loads the data."""

    def write(*lines):
        (folder / "groups.csv").write_text("\n".join(("id,sequence", *lines)) + "\n")
        config = nyud_config(folder)
        return find_sequences(NYUD.load(config), config)

    return write


def test_the_first_group_of_the_pattern_names_the_sequence():
    ids = ("hall_01_a", "hall_02_b", "attic")
    assert matched(r"^([a-z]+)_(\d+)", ids) == {"hall_01_a": "hall", "hall_02_b": "hall"}
    assert matched(r"_(\d+)|attic", ids) == {"hall_01_a": "01", "hall_02_b": "02"}
    with pytest.raises(ConfigError, match=r"sequence_pattern: '\(x\)' matches no image, such as"):
        matched("(x)", ids)


@pytest.mark.parametrize(
    ("pattern", "words"), [("(a", "is no regular expression"), ("room", "has no group")]
)
def test_a_pattern_that_cannot_name_a_sequence_is_refused_with_the_setting(pattern, words):
    with pytest.raises(ConfigError, match=f"sequence_pattern: .* {words}"):
        make_config({"sequence_pattern": pattern})


def test_the_pattern_wins_over_groups_csv_and_says_what_it_left(groups, folder):
    groups(f"{TRAIN[0]},walk")
    config = nyud_config(folder).model_copy(update={"sequence_pattern": f"({TRAIN[0][:-1]})"})
    dataset = find_sequences(NYUD.load(config), config)
    matching = [name for name in TRAIN + VAL if TRAIN[0][:-1] in name]
    assert dataset.sequences == dict.fromkeys(matching, TRAIN[0][:-1])
    left = len(TRAIN + VAL) - len(matching)
    assert f"sequence_pattern: images that it does not match ({left}): " in dataset.warnings[-1]


def test_ids_that_groups_csv_leaves_out_are_sequences_of_their_own(groups):
    dataset = groups(f"{TRAIN[0]}, stairs", "", f"{TRAIN[1]},stairs", "gone,stairs")
    assert dataset.sequences == {TRAIN[0]: "stairs", TRAIN[1]: "stairs"}
    names = sequence_names(dataset.pool.ids, dataset.sequences)
    assert names.tolist() == ["stairs", "stairs"] + [""] * (len(TRAIN) - 2)
    assert dataset.warnings[-1] == "groups.csv: ids without an image (1): gone"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,walk\n1,a\n", "line 1: the columns must be id,sequence, not name,walk"),
        ("", "line 1: the columns must be id,sequence, not none"),
        ("id,sequence\n1,a\n2\n", "line 3: '2' is not an id and a sequence"),
        ("id,sequence\n1,a\n2,\n", "line 3: '2,' is not an id and a sequence"),
        ("id,sequence\n1,a\n1,b\n", "line 3: 1 is of the sequence a already"),
        ("id,sequence\n", "lists no image"),
    ],
)
def test_errors_name_the_file_and_the_line(tmp_path, text, words):
    path = tmp_path / "groups.csv"
    path.write_text(text)
    with pytest.raises(DataError) as raised:
        read_groups(path)
    assert str(path) in str(raised.value)
    assert words in str(raised.value)


def test_a_file_of_other_ids_or_no_text_is_refused(groups, folder):
    with pytest.raises(DataError, match="none of its 1 ids is an image of this data set"):
        groups("other,walk")
    (folder / "groups.csv").write_bytes(b"id,sequence\n\xff\xfe,a\n")
    with pytest.raises(DataError, match="cannot be read"):
        read_groups(folder / "groups.csv")


def test_groups_csv_counts_in_the_fingerprint_and_nothing_else_does(groups, folder):
    before = NYUD.load(nyud_config(folder)).fingerprint()
    dataset = groups(f"{TRAIN[0]},a")
    assert dataset.fingerprint() != before
    assert dataset.fingerprint(pool_labels=False) != before
    (folder / "groups.csv").unlink()
    assert NYUD.load(nyud_config(folder)).fingerprint() == before


def test_rooms_know_their_walks_and_drawn_shapes_nothing():
    rooms = ROOMS.load(Config(dataset="rooms", tasks=("depth",)))
    names = sequence_names(rooms.pool.ids, rooms.sequences)
    assert len(names) == 480
    assert (names != "").all()
    assert set(names) == {name.rsplit("_", 1)[0] for name in rooms.pool.ids}
    config = Config(dataset="drawn", data="4+2", tasks=("depth",))
    drawn = find_sequences(DRAWN.load(config), config)
    assert drawn.sequences is None
    assert sequence_names(drawn.pool.ids, drawn.sequences) is None


def test_the_check_names_sequences_in_both_splits(groups):
    dataset = groups(f"{TRAIN[0]},hall", f"{TRAIN[1]},hall", f"{VAL[0]},hall", f"{VAL[1]},attic")
    report = check(dataset)
    assert report.warnings == [
        f"sequences in both pool and validation (1), with 1 of {len(VAL)} validation images: "
        f"hall (2 pool, 1 validation). Measurements would flatter; keep each sequence in one split"
    ]
    assert not report.harmful
    assert check(replace(dataset, sequences={VAL[1]: "attic", TRAIN[0]: "hall"})).warnings == []

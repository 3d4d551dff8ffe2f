"""PASCAL_MT is read as the reference code reads it: every label equals a slow and plain twin."""

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image
from scipy.io import loadmat

from mtal.config import Config, compose
from mtal.datasets.dataset import DataError
from mtal.datasets.readers import locate
from mtal.datasets.readers.pascal import LOCATION, PASCAL
from mtal.datasets.readers.pascal_context import KNOWN_TO_TEACHER, WITH_NORMALS
from mtal.datasets.readers.pascal_parts import GROUP, MEMBERS
from mtal.tasks.human_parts import PARTS
from tests.datasets import pascal_folder
from tests.datasets.pascal_folder import (
    ALL,
    NO_PARTS,
    NO_PERSON,
    SIZES,
    TRAIN,
    VAL,
    pascal_config,
    write_pascal,
)
from tests.datasets.readers.pascal_twins import (
    FILES,
    ONE,
    guo_hall,
    label,
    laplacian_differs,
    load,
    pixels,
    png,
)


@pytest.fixture
def folder(tmp_path):
    return write_pascal(tmp_path / "PASCAL_MT")


class TestLabels:
    def test_splits_and_images(self, folder):
        dataset = load(folder)
        assert (dataset.pool.ids, dataset.validation.ids) == (TRAIN, VAL)
        assert [dataset.pool.image(index).shape[:2] for index in range(4)] == [
            SIZES[name] for name in TRAIN
        ]

    def test_semseg_is_taken_from_voc_and_else_from_context(self, folder):
        ids = np.full((2, *SIZES[ONE]), 3, np.uint8)
        ids[1] = 4
        for kind, stored in zip(("VOC12", "pascal-context"), ids, strict=True):
            Image.fromarray(stored).save(folder / "semseg" / kind / f"{ONE}.png")
        np.testing.assert_array_equal(label(folder, "semseg"), ids[0])
        (folder / "semseg" / "VOC12" / f"{ONE}.png").unlink()
        np.testing.assert_array_equal(label(folder, "semseg"), ids[1])
        (folder / "semseg" / "pascal-context" / f"{ONE}.png").unlink()
        dataset = load(folder, "semseg")
        assert not dataset.pool.has_label(0, dataset.tasks[0])
        with pytest.raises(DataError, match=rf"VOC12/{ONE}\.png is missing"):
            dataset.pool.label(0, dataset.tasks[0])

    @pytest.mark.parametrize("index", range(4))
    def test_edges_are_where_the_laplacian_is_not_zero_thinned(self, folder, index):
        classes = loadmat(folder / "pascal-context" / "trainval" / f"{TRAIN[index]}.mat")[
            "LabelMap"
        ]
        np.testing.assert_array_equal(
            label(folder, "edge", index), guo_hall(laplacian_differs(classes))
        )

    @pytest.mark.parametrize("index", range(4))
    def test_normals_are_unit_vectors_on_classes_the_teacher_knew(self, folder, index):
        stored = png(folder / "normals_distill" / f"{TRAIN[index]}.png")
        classes = loadmat(folder / "pascal-context" / "trainval" / f"{TRAIN[index]}.mat")[
            "LabelMap"
        ]
        normals, with_normals = label(folder, "normals", index), {59, 158, 284, 427, 440}
        assert {bool(number in with_normals) for number in np.unique(classes)} == {True, False}
        for pixel in pixels(classes):
            vector = [2 * value / 255 - 1 for value in stored[pixel]]
            length = sum(value * value for value in vector) ** 0.5
            expected = (
                [value / length for value in vector]
                if classes[pixel] in with_normals
                else [0, 0, 0]
            )
            np.testing.assert_allclose(normals[pixel], expected, atol=1e-6)

    def test_saliency_is_above_one_half(self, folder):
        stored, salient = png(folder / FILES["saliency"]), label(folder, "saliency")
        for pixel in pixels(stored):
            assert salient[pixel] == (1 if stored[pixel] / 255 > 0.5 else 0)

    def test_saliency_at_the_limit(self, folder):
        Image.fromarray(
            np.array([[127], [128]], np.uint8).repeat(12, axis=0).repeat(32, axis=1)
        ).save(folder / FILES["saliency"])
        np.testing.assert_array_equal(label(folder, "saliency")[:, 0], [0] * 12 + [1] * 12)

    def test_parts_are_grouped_and_the_later_one_wins(self, folder):
        labelled, expected = label(folder, "human_parts"), np.zeros(SIZES[ONE])
        groups = {"head": 1, "torso": 2, "llarm": 4, "leye": 1, "rlleg": 6, "luleg": 5, "ruarm": 3}
        anno = loadmat(folder / FILES["human_parts"])["anno"][0, 0]
        for scene_object in anno["objects"][0]:
            if scene_object["class_ind"][0, 0] == 15:
                for part in scene_object["parts"][0]:
                    for pixel in pixels(expected):
                        if part["mask"][pixel]:
                            expected[pixel] = groups[str(part["part_name"][0])]
        np.testing.assert_array_equal(labelled, expected)
        assert set(np.unique(labelled)) == set(range(7))

    @pytest.mark.parametrize(
        ("image_id", "empty"), [(NO_PERSON, True), (NO_PARTS, True), (TRAIN[1], False)]
    )
    def test_without_a_visible_part_nothing_is_labelled(self, folder, image_id, empty):
        parts = label(folder, "human_parts", TRAIN.index(image_id))
        assert parts.shape == SIZES[image_id]
        assert (parts == 255).all() == empty

    @pytest.mark.parametrize(
        "objects", [[], [(15, np.ones(SIZES[ONE]), [("head", np.zeros(SIZES[ONE]))])]]
    )
    def test_no_objects_and_empty_masks(self, folder, objects):
        pascal_folder.write_parts(folder / FILES["human_parts"], objects)
        assert (label(folder, "human_parts") == 255).all()


class TestFacts:
    def test_weights_of_the_method_and_edge_settings(self, folder):
        dataset = load(folder)
        assert {task.name: task.weight for task in dataset.tasks} == {
            "semseg": 1,
            "edge": 50,
            "normals": 10,
            "human_parts": 2,
            "saliency": 5,
        }
        assert len(dataset.tasks[0].classes) == 21
        assert (dataset.tasks[0].classes[15], dataset.tasks[0].classes[20]) == (
            "person",
            "tvmonitor",
        )
        assert "0.0075 of the diagonal" in dataset.tasks[1].metric.note

    def test_teachers_are_named_beside_the_figures(self, folder):
        dataset = load(folder)
        assert dataset.note.count("network's predictions") == 2
        assert [
            task.name for task in dataset.tasks if "network's predictions" in task.metric.note
        ] == ["normals", "saliency"]
        assert load(folder, "semseg", "edge").note == ""

    def test_170_of_459_classes_have_normals(self):
        names = dict(reversed(text.split(maxsplit=1)) for text in WITH_NORMALS.split(","))
        assert KNOWN_TO_TEACHER.sum() == len(names) == 170
        assert not KNOWN_TO_TEACHER[[0, 2, 360, 431]].any()  # none, aeroplane, sky, unknown
        voc = {
            "bicycle": 23,
            "bottle": 34,
            "car": 59,
            "cat": 65,
            "chair": 72,
            "table": 397,
            "dog": 113,
            "person": 284,
            "sofa": 368,
            "tvmonitor": 427,
        }  # docs/data.md, section 4: the context class of each VOC class
        assert {name: int(names[name]) for name in voc} == voc
        # Both lists are alphabetical, so a slip would stand out.
        assert sorted(names) == list(names)

    def test_every_part_has_a_group(self):
        assert len(GROUP) == sum(len(parts.split()) for parts in MEMBERS.values()) == 24
        assert tuple(MEMBERS) == PARTS[1:]
        for part, group in GROUP.items():  # left and right belong together
            assert part[0] not in "lr" or GROUP[{"l": "r", "r": "l"}[part[0]] + part[1:]] == group

    def test_preset_of_the_paper_composes(self, folder):
        config = compose("paper-pascal", sets=[f"data={folder}"])
        dataset = PASCAL.load(config)
        assert tuple(task.name for task in dataset.tasks) == config.tasks == ALL
        assert PASCAL.tasks_in(config) == tuple(PASCAL.task_names)


class TestFolder:
    def test_found_by_variable_and_beside_the_app(self, folder, monkeypatch, tmp_path):
        monkeypatch.setenv(LOCATION.variable, str(folder.parent))
        assert PASCAL.locate(Config(dataset=PASCAL.name)) == str(folder.resolve())
        monkeypatch.delenv(LOCATION.variable)
        monkeypatch.setattr(locate, "USER_FOLDER", tmp_path / "app")
        with pytest.raises(DataError, match=r"MTAL_PASCAL is not set.*PASCAL_MT; set `data`"):
            PASCAL.load(Config(dataset="pascal"))
        shutil.copytree(folder, tmp_path / "app" / "data" / "PASCAL_MT")
        assert PASCAL.locate(Config(dataset="pascal")) == str(
            tmp_path / "app" / "data" / "PASCAL_MT"
        )

    def test_without_lists_or_images(self, folder):
        shutil.rmtree(folder / "JPEGImages")
        with pytest.raises(DataError, match="no folder JPEGImages"):
            load(folder)
        shutil.rmtree(folder / "ImageSets" / "Context")
        with pytest.raises(DataError, match=r"ImageSets/Context with train\.txt"):
            load(folder)

    @pytest.mark.parametrize(
        ("gone", "left"),
        [
            ("semseg/VOC12", ALL),
            ("semseg", ("edge", "normals", "human_parts", "saliency")),
            ("sal_distill", ALL[:4]),
            ("pascal-context", ("semseg", "human_parts", "saliency")),
            ("normals_distill", ("semseg", "edge", "human_parts", "saliency")),
        ],
    )
    def test_tasks_are_those_whose_folders_are_there(self, folder, gone, left):
        shutil.rmtree(folder / gone)
        assert set(PASCAL.tasks_in(pascal_config(folder))) == set(left)

    def test_loading_reads_no_image_and_no_label(self, folder):
        for path in folder.rglob("*"):
            if path.suffix in {".png", ".mat", ".jpg"}:
                path.write_bytes(b"broken")
        dataset = load(folder)
        assert all(
            dataset.pool.has_label(index, task) for index in range(4) for task in dataset.tasks
        )
        assert dataset.fingerprint()

    def test_missing_files_are_missing_labels(self, folder):
        for path in (
            FILES["normals"],
            FILES["human_parts"],
            f"pascal-context/trainval/{TRAIN[1]}.mat",
        ):
            (folder / path).unlink()
        dataset = load(folder)
        exists = [
            [dataset.pool.has_label(index, task) for task in dataset.tasks] for index in (0, 1, 2)
        ]
        assert exists == [
            [True, True, False, False, True],
            [True, False, False, True, True],
            [True] * 5,
        ]

    @pytest.mark.parametrize("tasks", [("normals",), ("edge", "normals")])
    def test_fingerprint_sees_the_mask_of_the_normals(self, folder, tasks):
        before = load(folder, *tasks).fingerprint()
        os.utime(folder / FILES["edge"], (1, 1))
        assert load(folder, *tasks).fingerprint() != before

    @pytest.mark.parametrize(
        "what",
        [
            *list(FILES.values())[1:],
            "semseg/VOC12",
            "pascal-context",
            f"JPEGImages/{ONE}.jpg",
            "human_parts",
            "ImageSets/Context/val.txt",
            "ImageSets/Parts",
        ],
    )
    def test_links_that_lead_out_are_refused(self, folder, tmp_path, what):
        shutil.move(folder / what, tmp_path / "elsewhere")
        (folder / what).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(DataError, match="is a link that leads out"):
            load(folder)


class TestImagesWithoutPeople:
    """Noted by the reference code in ImageSets/Parts; asked where a file of parts is missing."""

    def note(self, folder, text):
        (folder / "ImageSets" / "Parts" / "train.txt").write_text(text)

    def test_need_no_file(self, folder):
        self.note(folder, json.dumps({ONE: [8, -1], TRAIN[1]: [15, 8]}))
        for name in TRAIN[:3]:
            (folder / "human_parts" / f"{name}.mat").unlink()
        dataset = load(folder, "human_parts")
        assert [dataset.pool.has_label(index, dataset.tasks[0]) for index in range(4)] == [
            True,
            False,
            False,
            True,
        ]
        parts = dataset.pool.label(0, dataset.tasks[0])
        assert parts.shape == SIZES[ONE]
        assert (parts == 255).all()

    def test_the_file_speaks_where_there_is_one(self, folder):
        before = label(folder, "human_parts")
        self.note(folder, json.dumps({ONE: [8]}))
        np.testing.assert_array_equal(label(folder, "human_parts"), before)

    @pytest.mark.parametrize("split", ["train", "val"])
    def test_the_fingerprint_knows_the_note(self, folder, split):
        before, others = load(folder).fingerprint(), load(folder, "semseg", "edge").fingerprint()
        image_id = {"train": TRAIN, "val": VAL}[split][1]
        note = folder / "ImageSets" / "Parts" / f"{split}.txt"
        note.write_text(json.dumps({"another": [8], image_id: [15]}))
        assert load(folder).fingerprint() == before  # it says nothing that decides a label
        note.write_text(json.dumps({image_id: [8]}))
        assert load(folder).fingerprint() != before
        assert load(folder, "semseg", "edge").fingerprint() == others

    @pytest.mark.parametrize("text", ["", "{", "[1]", '"text"', f'{{"{ONE}": 15}}', "[" * 100_000])
    def test_a_broken_note_says_nothing(self, folder, text):
        self.note(folder, text)
        (folder / FILES["human_parts"]).unlink()
        dataset = load(folder, "human_parts")
        assert not dataset.pool.has_label(0, dataset.tasks[0])

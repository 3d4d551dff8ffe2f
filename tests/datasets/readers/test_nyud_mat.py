"""The labelled NYU Depth v2 file is read exactly as stored; computed labels follow their rules."""

import shutil

import h5py
import numpy as np
import pytest

from mtal.config import Config
from mtal.datasets.checks.check import check
from mtal.datasets.dataset import DataError
from mtal.datasets.parallel import in_threads
from mtal.datasets.readers import locate, nyud_mat
from mtal.datasets.readers.depth_normals import normals_from_depth
from mtal.datasets.readers.nyud_mat import FILE, GAP_PX, LOCATION, NYUD_MAT
from mtal.datasets.readers.nyud_official import forty_classes, training_numbers, validation_numbers
from mtal.engine.rendering.thumbnails import write_thumbnails
from mtal.engine.stages.run_facts import pool_files
from tests.datasets.nyud_mat_file import SIZE, mat_config, scenes, write_mat

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def arrays():
    return scenes(1449)


@pytest.fixture(scope="module")
def path(arrays, tmp_path_factory):
    return write_mat(tmp_path_factory.mktemp("data") / FILE, arrays)


def load(path, *tasks):
    return NYUD_MAT.load(mat_config(path, tasks) if tasks else mat_config(path))


def label(path, name, index=0, **changed):
    """A label of the pool. changed: stacks that replace those of the file, None to delete one."""
    with h5py.File(path, "a") as file:
        for stack, array in changed.items():
            del file[stack]
            if array is not None:
                file[stack] = array.transpose(0, 2, 1)
    dataset = load(path, name)
    return dataset.pool.label(index, dataset.tasks[0])


@pytest.fixture
def copy(path, tmp_path):
    return shutil.copy(path, tmp_path / FILE)


def test_the_official_split_with_the_numbers_of_the_toolbox(path):
    dataset = load(path)
    assert dataset.pool.ids[:6] == ("0003", "0004", "0005", "0006", "0007", "0008")
    assert dataset.validation.ids[:4] == ("0001", "0002", "0009", "0014")
    assert [len(split.ids) for split in (dataset.pool, dataset.validation)] == [795, 654]
    assert [task.weight for task in dataset.tasks] == [1, 1, 10, 50]


@pytest.mark.parametrize(
    ("side", "numbers"), [("pool", training_numbers()), ("validation", validation_numbers())]
)
def test_labels_are_those_of_their_number(path, arrays, side, numbers):
    dataset = load(path)
    split = getattr(dataset, side)
    semseg, depth = dataset.tasks[:2]
    mapped = forty_classes()
    for index in (0, 100, len(numbers) - 1):
        file_index = numbers[index] - 1
        np.testing.assert_array_equal(split.image(index), arrays["images"][file_index])
        stored, classes = arrays["labels"][file_index], split.label(index, semseg)
        metres, measured = split.label(index, depth), arrays["rawDepths"][file_index] > 0
        for row in range(SIZE[0]):
            for column in range(SIZE[1]):
                number = stored[row, column]
                assert classes[row, column] == (255 if number == 0 else mapped[number] - 1)
                assert metres[row, column] == (
                    arrays["depths"][file_index][row, column] if measured[row, column] else 0
                )
        assert (classes == 255).any()
        assert not measured.all()


def test_without_raw_depth_all_counts_and_the_note_says_so(copy, arrays):
    np.testing.assert_array_equal(label(copy, "depth", rawDepths=None), arrays["depths"][2])
    assert "filled in, too" in load(copy, "depth").note


class TestNormals:
    def test_are_those_of_the_slanted_plane_that_was_seen(self, tmp_path, arrays):
        """A plane seen by a pinhole camera with the toolbox's numbers, at half the size."""
        normal, (height, width) = np.array([0.48, -0.6, -0.64]), (240, 320)
        column, row = np.meshgrid(np.arange(width), np.arange(height))
        x, y = (
            (2 * column + 1.5 - 325.58244941119034) / 518.857901,
            (2 * row + 1.5 - 253.73616633400465) / 519.469611,
        )
        depth = (2 / -(normal[0] * x + normal[1] * y + normal[2])).astype(np.float32)
        with h5py.File(write_mat(tmp_path / FILE, {}), "a") as file:
            file.create_dataset(
                "images", (1449, 3, width, height), np.uint8, chunks=(1, 3, width, height)
            )
            file.create_dataset(
                "depths", (1449, width, height), np.float32, chunks=(1, width, height)
            )
            file["depths"][2] = depth.T
        dataset = load(tmp_path / FILE, "normals")
        computed = dataset.pool.label(0, dataset.tasks[0])
        assert computed.shape == (height, width, 3)
        assert (depth > 0).all()
        np.testing.assert_allclose(computed, np.broadcast_to(normal, computed.shape), atol=1e-4)

    def test_unmeasured_pixels_have_none(self, path, arrays):
        dataset = load(path, "depth", "normals")
        depth, normals = (dataset.pool.label(5, task) for task in dataset.tasks)
        assert normals.any()
        assert not normals[depth == 0].any()
        camera = nyud_mat.CAMERA.resized(SIZE[1] / 640, SIZE[0] / 480)
        np.testing.assert_array_equal(normals, normals_from_depth(depth, camera, 1))

    def test_the_note_says_that_they_are_ours(self, path):
        assert "not comparable" in load(path, "normals").note
        assert load(path, "semseg").note == ""


class TestEdges:
    def objects(self, arrays, change):
        """1449 label maps of class 5 and one instance; `change` may write into image 0003."""
        labels, instances = np.full((1449, *SIZE), 5, np.uint16), np.ones((1449, *SIZE), np.uint8)
        change(labels[2], instances[2])
        return {"labels": labels, "instances": instances}

    def test_run_along_the_last_pixels_before_a_change(self, copy, arrays):
        def two_classes(labels, instances):
            labels[:, 10:] = 6
            labels[9:, 10:] = 7

        edges = label(copy, "edge", **self.objects(arrays, two_classes))
        expected = np.zeros(SIZE, np.uint8)
        expected[:, 9] = expected[8, 10:] = 1
        np.testing.assert_array_equal(edges, expected)

    def test_two_instances_of_a_class_have_a_border(self, copy, arrays):
        def two_chairs(labels, instances):
            instances[:, 12:] = 2

        changed = self.objects(arrays, two_chairs)
        assert label(copy, "edge", **changed)[:, 11].all()
        assert label(copy, "edge", **changed).sum() == SIZE[0]
        assert not label(copy, "edge", instances=None).any()

    def test_any_whole_numbers_will_do(self, copy, arrays):
        def two_chairs(labels, instances):
            instances[:, 12:] = 2

        for dtype in (np.uint16, np.uint64):
            changed = {
                name: array.astype(dtype)
                for name, array in self.objects(arrays, two_chairs).items()
            }
            assert label(copy, "edge", **changed).sum() == SIZE[0]

    def test_a_narrow_gap_is_one_border_in_its_middle(self, copy, arrays):
        def gap(labels, instances):
            labels[:, 13:] = 6
            labels[:, 10:15] = instances[:, 10:15] = 0

        edges = label(copy, "edge", **self.objects(arrays, gap))
        assert edges.sum(axis=1).tolist() == [1] * SIZE[0]
        assert (edges.argmax(axis=1) == 12).all() or (edges.argmax(axis=1) == 11).all()

    def test_far_from_all_labels_nothing_is_known(self, copy, arrays):
        def half(labels, instances):
            labels[:, 10:] = instances[:, 10:] = 0

        edges = label(copy, "edge", **self.objects(arrays, half))
        assert (edges[:, 10 + GAP_PX :] == 255).all()
        assert not edges[:, : 10 + GAP_PX].any()

    def test_without_any_label_nothing_is_known(self, copy, arrays):
        def none(labels, instances):
            labels[:] = instances[:] = 0

        assert (label(copy, "edge", **self.objects(arrays, none)) == 255).all()


class TestWhereItIsFound:
    def test_file_folder_and_folder_above_are_the_same(self, path, tmp_path):
        (tmp_path / "NYUv2").symlink_to(path.parent)
        for data in (path, path.parent, tmp_path / "NYUv2", tmp_path):
            assert load(data, "depth").folder == NYUD_MAT.locate(mat_config(data)) == str(path)
        assert NYUD_MAT.tasks_in(mat_config(path)) == ("semseg", "depth", "normals", "edge")

    def test_another_name_is_fine_for_the_file_itself(self, path, tmp_path):
        other = shutil.copy(path, tmp_path / "mine.mat")
        assert load(other, "depth").folder == str(other)
        assert NYUD_MAT.locate(mat_config(tmp_path)) == ""

    @pytest.mark.parametrize("inside", ["", "NYUv2"])
    def test_variable_then_beside_the_app(self, path, tmp_path, monkeypatch, inside):
        monkeypatch.setattr(locate, "USER_FOLDER", tmp_path)
        monkeypatch.delenv(LOCATION.variable, raising=False)
        assert NYUD_MAT.locate(Config(dataset=NYUD_MAT.name)) == ""
        assert NYUD_MAT.tasks_in(Config()) == ()
        (tmp_path / "data" / inside).mkdir(parents=True)
        shutil.copy(path, tmp_path / "data" / inside / FILE)
        assert NYUD_MAT.locate(Config(dataset=NYUD_MAT.name)) == str(
            tmp_path / "data" / inside / FILE
        )
        monkeypatch.setenv(LOCATION.variable, str(path.parent))
        assert NYUD_MAT.locate(Config(dataset=NYUD_MAT.name)) == str(path)

    def test_nothing_found_names_variable_and_setting(self, monkeypatch, tmp_path):
        monkeypatch.setattr(locate, "USER_FOLDER", tmp_path)
        monkeypatch.setenv(LOCATION.variable, str(tmp_path / "gone"))
        with pytest.raises(DataError, match=r"MTAL_NYUD_MAT names .*gone.*set `data`"):
            NYUD_MAT.load(Config(dataset="nyud-mat"))
        monkeypatch.delenv(LOCATION.variable)
        with pytest.raises(DataError, match=r"MTAL_NYUD_MAT is not set"):
            NYUD_MAT.load(Config(dataset="nyud-mat"))
        with pytest.raises(DataError, match=rf"there is no .*{FILE}"):
            load(tmp_path)


class TestDamagedFile:
    @pytest.mark.parametrize("count", [1448, 6])
    def test_other_number_of_images(self, tmp_path, count):
        write_mat(tmp_path / FILE, scenes(count))
        with pytest.raises(
            DataError, match=rf"holds {count} images, not the 1449.*split does not apply"
        ):
            load(tmp_path)

    @pytest.mark.parametrize(
        ("missing", "needs", "does_without"),
        [
            ("labels", ("semseg", "edge"), ("depth", "normals")),
            ("depths", ("depth", "normals"), ("semseg", "edge")),
        ],
    )
    def test_a_missing_stack_matters_to_its_tasks_only(self, copy, missing, needs, does_without):
        with h5py.File(copy, "a") as file:
            del file[missing]
        assert load(copy, *does_without).pool.ids
        for task in needs:
            with pytest.raises(DataError, match=f"holds no {missing}"):
                load(copy, task)

    @pytest.mark.parametrize(
        ("stack", "value", "task", "message"),
        [
            ("depths", np.nan, "depth", "NaN or infinite"),
            ("depths", -1, "depth", "goes down to -1"),
            ("depths", 1500, "depth", "millimetres"),
            ("labels", 895, "semseg", "beyond the 894 classes"),
        ],
    )
    def test_impossible_values_are_said_with_the_image(self, copy, stack, value, task, message):
        with h5py.File(copy, "a") as file:
            file[stack][4] = value  # image 0005
        dataset = load(copy, task)
        assert dataset.pool.label(1, dataset.tasks[0]).any()
        with pytest.raises(DataError, match=rf"{FILE}, image 0005: .*{message}"):
            dataset.pool.label(2, dataset.tasks[0])


def test_threads_get_what_one_alone_gets(path):
    dataset = load(path)
    todo = [(index, task) for index in range(0, 60) for task in dataset.tasks]
    labels = in_threads(lambda pair: dataset.pool.label(*pair), todo)
    for (index, task), threaded in zip(todo, labels, strict=True):
        np.testing.assert_array_equal(threaded, dataset.pool.label(index, task))


class TestOneFileForAllImages:
    def test_check_finds_everything_sound(self, path):
        report = check(load(path))
        assert (report.problems, report.leaks) == ([], [])
        assert report.splits["pool"]["coverage"]["normals"] == 795
        assert report.labels["semseg"]["both"]["valid_percent"] == pytest.approx(
            100 * (1 - 19 / 432)
        )
        assert "not comparable" in report.note

    def test_check_names_the_image(self, copy):
        with h5py.File(copy, "a") as file:
            file["depths"][4] = -1
        rows = check(load(copy, "depth")).problems
        assert [(row["id"], row["what"], row["file"]) for row in rows] == [
            ("0005", "depth", str(copy))
        ]

    def test_no_image_has_a_file_of_its_own_to_be_exported(self, path):
        assert pool_files(load(path)) == [""] * 795

    def test_thumbs_are_made_once_and_again_when_the_file_changes(self, copy, empty_store):
        split, paths = load(copy, "depth").validation, empty_store.data("nyud-mat", str(copy))

        def stamps():
            return [paths.thumbnail("validation", name).stat().st_mtime_ns for name in split.ids]

        assert write_thumbnails(split, paths, "validation") == {}
        first = stamps()
        assert len(first) == 654
        write_thumbnails(split, paths, "validation")
        assert stamps() == first
        copy.touch()
        write_thumbnails(split, paths, "validation")
        assert min(stamps()) > max(first)

    def test_fingerprint_looks_at_the_file_once(self, copy, monkeypatch):
        looked = []
        monkeypatch.setattr(
            "mtal.datasets.dataset._file_state", lambda file: looked.append(file) or "same"
        )
        load(copy).fingerprint()
        assert looked == [copy]

    def test_fingerprint_changes_with_the_file(self, copy):
        before = load(copy).fingerprint()
        with copy.open("ab") as file:
            file.write(b"more")
        assert load(copy).fingerprint() != before

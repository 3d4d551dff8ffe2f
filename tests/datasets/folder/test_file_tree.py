"""A tree lists what walking the folder finds."""

from mtal.datasets.folder.file_tree import list_tree


def test_a_tree_is_what_walking_it_finds(rooms):
    for folder, endings in (
        ("depth", (".png", ".npy")),
        (".", (".jpg", ".npy")),
        ("normals", (".png",)),
    ):
        walked = sorted(
            path.relative_to(rooms / folder).as_posix()
            for path in (rooms / folder).rglob("*")
            if path.is_file() and path.suffix in endings
        )
        tree = list_tree(rooms.resolve(), folder, endings)
        assert sorted(tree.files.values()) == walked
        assert all(path.rsplit(".", 1)[0] == key for key, path in tree.files.items())

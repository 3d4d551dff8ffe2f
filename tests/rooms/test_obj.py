"""Reading models: a library made here, with everything that real ones do."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from mtal.config import ConfigError
from mtal.rooms.catalogue import LISTING, WANTED, open_library, read_catalogue
from mtal.rooms.obj import load_model

OBJ = """mtllib a.mtl
v 0 0 0
v 2 0 0
v 2 0 4
v 0 0 4
v 0 8 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
vn 0 1 0
usemtl cloth
f 1/1/1 2/2/1 3/3/1 4/4/1
usemtl glass
f -5 -4 -1
usemtl wild
f 1//1 5//1 2//1
"""
MTL = """newmtl cloth
Kd 1 0 0.5
Ns 90
map_Kd a.png
newmtl glass
d 0.1
newmtl wild
Kd 0.2 0.2 0.2
"""
FIELDS = """id#1=x
name#1=Caf\\u00e9 chair
creator#1=Somebody
model#1=/lib/a.obj
width#1=50
height#1=80
depth#1=40
id#2=y
name#2=Turned
model#2=/lib/a.obj
width#2=50
height#2=80
depth#2=40
dropOnTopElevation#2=45
modelRotation#2=0 1 0 1 0 0 0 0 1
"""


@pytest.fixture
def folder(tmp_path):
    for name in WANTED:
        with zipfile.ZipFile(tmp_path / f"{name}.sh3f", "w") as archive:
            archive.writestr(LISTING, FIELDS if name == WANTED[0] else "")
            archive.writestr("lib/a.obj", OBJ)
            archive.writestr("lib/a.mtl", MTL)
            picture = io.BytesIO()
            Image.new("RGB", (600, 300), (255, 0, 0)).save(picture, "PNG")
            archive.writestr("lib/a.png", picture.getvalue())
    return tmp_path


def entry_of(folder):
    return next(iter(read_catalogue(folder).values()))


def test_catalogue_knows_sizes_names_and_makers(folder):
    entries = read_catalogue(folder)
    assert list(entries) == [f"{WANTED[0]}/a"]  # two entries of one file: the later one
    assert (entries[f"{WANTED[0]}/a"].name, entries[f"{WANTED[0]}/a"].top) == ("Turned", 0.45)


def test_a_missing_library_says_what_to_install(tmp_path):
    with pytest.raises(ConfigError, match="sweethome3d-furniture"):
        read_catalogue(tmp_path)


def test_a_broken_library_is_named(tmp_path):
    broken = tmp_path / "Scopia.sh3f"
    broken.write_bytes(b"no zip")
    with pytest.raises(ConfigError, match=r"Scopia\.sh3f"):
        open_library(broken)


def test_models_have_the_size_of_the_catalogue_and_stand_on_the_floor(folder):
    entry = entry_of(folder)
    surfaces = load_model(open_library(folder / f"{WANTED[0]}.sh3f"), entry, clear=True)
    points = np.concatenate([surface.mesh.vertices for surface in surfaces.values()])
    assert points.min(axis=0) == pytest.approx([-0.25, 0, -0.2], abs=1e-6)
    assert points.max(axis=0) == pytest.approx([0.25, 0.8, 0.2], abs=1e-6)


def test_polygons_materials_and_textures(folder):
    surfaces = load_model(open_library(folder / f"{WANTED[0]}.sh3f"), entry_of(folder))
    assert set(surfaces) == {"cloth", "wild"}  # glass is left out
    cloth = surfaces["cloth"]
    assert cloth.mesh.faces.shape == (2, 3)
    assert cloth.texture is not None
    assert cloth.texture.shape == (128, 256, 3)
    assert cloth.texture.max() < 255  # nothing reflects all light
    assert cloth.roughness == pytest.approx(0.4)
    assert surfaces["wild"].mesh.uv is None


def test_faces_are_wound_as_their_normals_say(folder):
    archive, entry = open_library(folder / f"{WANTED[0]}.sh3f"), entry_of(folder)
    for surface in load_model(archive, entry).values():
        first, second, third = (surface.mesh.vertices[surface.mesh.faces[:, at]] for at in range(3))
        across = np.cross(second - first, third - first)
        assert (across @ (entry.rotation @ [0, 1, 0]) >= 0).all()

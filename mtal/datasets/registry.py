"""The data sets. To add one, write a reader like nyud.py that ends in a Source and list it here."""

from mtal.datasets.dataset import Source
from mtal.datasets.folder.bundled_rooms import ROOMS
from mtal.datasets.folder.folder import FOLDER
from mtal.datasets.readers.nyud import NYUD
from mtal.datasets.readers.nyud_mat import NYUD_MAT
from mtal.datasets.readers.pascal import PASCAL
from mtal.datasets.synthetic.shapes import DRAWN

DATASETS: dict[str, Source] = {
    source.name: source for source in (NYUD, PASCAL, NYUD_MAT, ROOMS, FOLDER, DRAWN)
}

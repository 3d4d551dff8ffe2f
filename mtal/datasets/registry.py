"""The data sets. To add one: write a file like nyud.py that ends in a Source, and list it here."""
from mtal.datasets.dataset import Source
from mtal.datasets.drawn import DRAWN
from mtal.datasets.folder import FOLDER
from mtal.datasets.nyud import NYUD
from mtal.datasets.nyud_mat import NYUD_MAT
from mtal.datasets.pascal import PASCAL
from mtal.datasets.rooms import ROOMS

DATASETS: dict[str, Source] = {source.name: source for source in (NYUD, PASCAL, NYUD_MAT, ROOMS, FOLDER, DRAWN)}

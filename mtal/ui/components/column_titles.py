"""Titles on screen of the numbers in a pool table."""

TITLES = {  # column -> title
    "score": "score",
    "inconsistency": "inconsistency",
    "diversity_start": "diversity at the start",
    "diversity": "diversity at its turn",
    "uncertainty": "uncertainty",
    "weight": "weight in the clusters",
    "distance": "distance to the centre of its cluster",
    "nearest": "distance to the nearest labelled image",
    "nearest_after": "distance to the nearest labelled image, with the batch labelled",
}

"""Official facts about the labelled NYU Depth v2 images: the test split and the 40 classes.

Both come from small files of the official toolboxes, `splits.mat` (Silberman et al., ECCV 2012) and
`classMapping40.mat` (Gupta et al., CVPR 2013). The test images here are those listed by
fcn.berkeleyvision.org in data/nyud/test.txt; the classes are those on which two public copies of
the map agree. The known counts of the originals hold: 795 and 654 images; one of the 894 classes
each for the first 37, then 68, 82 and 707.
"""

import numpy as np

IMAGES = 1449  # numbered from 1, in the order of the file
CLASSES_894 = 894  # numbered from 1; 0 is unlabelled

_TEST = """\
1-2 9 14-18 21 28-43 46-47 56-57 59-63 76-79 84-91 117-119 125-129 131-134 137 153-155 167-169
171-176 180-202 207-212 220-222 250 264 271-273 279-285 296-302 310-312 315-317 325-335 351-352
355-364 384-390 395-397 411-414 430-435 441-448 462-466 469-477 508-513 515-526 531-533 537-539
549-551 555-571 579-583 591-594 603-607 612-613 617-621 633-638 644-645 650-651 656-658 663-664
668-673 676-681 686-690 693-694 697-699 706-713 717-718 724-728 731-734 743-744 759-787 800-804
810-814 821-823 833-846 850-852 857-862 869-871 906-908 917-919 926-928 932-935 945-947 959-962
965-967 970-977 991-995 1001-1004 1010-1012 1021-1023 1032-1034 1038-1039 1048-1049 1052-1053
1057-1058 1075-1084 1088-1096 1098-1104 1106-1109 1117-1119 1123-1131 1135-1136 1144-1158
1162-1167 1170-1171 1174-1176 1179-1184 1192-1196 1201-1212 1216-1220 1226-1230 1233-1235
1247-1250 1254-1265 1275-1280 1285-1295 1297-1299 1302-1308 1314-1315 1329-1332 1335-1340
1347-1349 1353-1356 1364-1365 1368-1369 1384-1391 1394-1401 1407-1414 1421-1424 1430-1433
1441-1449"""
# The class of the 894 that became each of the first 37, in the order of their numbers
_FIRST_37 = """\
21 11 3 157 5 83 19 28 59 88 64 7 80 36 42 89 169 119 122 143 141 4 85 17 172 15 135 123 26 45
331 158 124 24 144 136 55"""
_OTHERSTRUCTURE = """\
8 25 33 38 51 53 57 58 62 65 79 94 104 112 134 153 215 216 223 225 238 241 242 256 295 301 339
342 354 363 372 380 392 408 412 453 456 463 477 497 541 550 553 567 573 582 591 609 612 615 642
645 657 658 659 663 667 668 686 700 702 777 778 782 850 861 868 874"""
_OTHERFURNITURE = """\
12 43 48 50 87 106 111 161 163 174 183 204 214 219 221 224 236 262 278 291 298 313 343 344 356
359 373 393 401 414 418 419 430 443 444 447 448 457 458 460 462 475 479 485 486 493 494 498 499
509 510 515 521 524 540 549 551 554 556 558 576 580 608 625 703 734 770 772 797 800 803 804 813
814 815 820 829 835 858 863 882 892"""


def validation_numbers() -> np.ndarray:
    """The official test images, on which we validate: (654,) numbers, ascending."""
    ranges = [text.split("-") for text in _TEST.split()]
    return np.concatenate([np.arange(int(ends[0]), int(ends[-1]) + 1) for ends in ranges])


def training_numbers() -> np.ndarray:
    """The official training images, our pool: (795,) numbers, ascending."""
    return np.setdiff1d(np.arange(1, IMAGES + 1), validation_numbers())


def forty_classes() -> np.ndarray:
    """The number among the 40 classes by number among the 894, (895,) uint8; 0 is unlabelled."""
    mapping = np.full(CLASSES_894 + 1, 40, np.uint8)  # classes not named above are "otherprop"
    mapping[0] = 0
    mapping[_numbers(_FIRST_37)] = np.arange(1, 38)
    mapping[_numbers(_OTHERSTRUCTURE)] = 38
    mapping[_numbers(_OTHERFURNITURE)] = 39
    return mapping


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split()]

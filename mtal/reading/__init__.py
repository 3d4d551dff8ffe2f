"""What tables of runs say, in words and in tables for people: pure, for the screen and for reports alike."""

"""`python -m mtal COMMAND`: everything that the dashboard does, for scripts and clusters."""

from mtal.cli.app import main

if __name__ == "__main__":
    main()

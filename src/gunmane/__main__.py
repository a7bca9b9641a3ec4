"""`python -m gunmane` and the `gunmane` command."""

import sys

from gunmane.cli import main

if __name__ == "__main__":
    sys.exit(main())

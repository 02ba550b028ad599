"""``python -m verify``."""

import sys


def entry() -> None:
    """Run the command line and leave with its exit code."""
    from verify.cli import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    entry()

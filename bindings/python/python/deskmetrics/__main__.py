"""The command ``deskmetrics``, also ``python -m deskmetrics``."""

import signal
import sys

from ._deskmetrics import _command


def main() -> None:
    """Run the command with the arguments of the process and exit with its code."""
    # The command runs outside of Python, whose own handler would wait for its end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_command(sys.argv[1:]))


if __name__ == "__main__":
    main()

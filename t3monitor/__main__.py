"""``python -m t3monitor``."""

import sys

from t3monitor.cli import main

if __name__ == "__main__":
    sys.exit(main())

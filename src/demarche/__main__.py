"""``python -m demarche``."""

import sys

from demarche.show.cli import main

sys.exit(main())

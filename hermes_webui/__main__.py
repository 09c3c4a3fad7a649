"""`python -m hermes_webui`."""

import sys

from hermes_webui.cli import main

sys.exit(main())

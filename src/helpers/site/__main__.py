"""Build the site: `python -m helpers.site`."""

import os
import sys

from helpers.site.build import main

if __name__ == "__main__":
    os.environ["DESIGN_FILE"] = ""  # the pages show the example, not the design of whoever builds them
    sys.exit(main())

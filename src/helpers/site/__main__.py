"""Build the site: `python -m helpers.site`."""

import os
import sys

from helpers.site.build import main

if __name__ == "__main__":
    # The pages show what a newcomer sees, not the files of whoever builds them.
    os.environ |= dict.fromkeys(("DESIGN_FILE", "INTERVIEWS_FILE", "SCENARIOS"), "")
    sys.exit(main())

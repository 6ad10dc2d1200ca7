"""The lessons as static pages that need no kernel, no server and no network (`make site`)."""

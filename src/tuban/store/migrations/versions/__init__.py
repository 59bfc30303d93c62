"""One file for each change of the catalogue; `catalogue.REVISIONS` lists them in order."""

"""A public corpus of small plan packages, good and deliberately bad, with the findings each must give."""

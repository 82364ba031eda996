"""`twincard group`: components of a key group, and their shares."""

"""`twincard chips`: what real chips can do."""

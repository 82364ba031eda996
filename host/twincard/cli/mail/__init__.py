"""`twincard mail`: S/MIME messages."""

"""`twincard public-key`, `certificate`, `csr` and `issuer`."""

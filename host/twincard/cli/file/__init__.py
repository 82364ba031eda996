"""`twincard encrypt`, `decrypt` and `transcode`."""

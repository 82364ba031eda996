"""`twincard demo`: the whole story on simulated cards, with a check after every claim."""

"""`twincard demo`: backup, loss and recovery on simulated cards, with a check after every claim."""

"""Commands for the address book, and for other people's keys on a card."""

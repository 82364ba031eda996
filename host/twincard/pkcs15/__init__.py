"""The files of ISO/IEC 7816-15 on a card, which OpenSC and similar programs read."""

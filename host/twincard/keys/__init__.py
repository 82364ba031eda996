"""Keys and secrets outside a card: public keys, components, derivation, key blocks."""

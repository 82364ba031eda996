"""Files encrypted, decrypted and transcoded with a card."""

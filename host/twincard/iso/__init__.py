"""Commands and answers of ISO/IEC 7816-4, and the secure channels of GlobalPlatform."""

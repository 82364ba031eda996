package twincard.card;

/** Status words (ISO 7816-4, 5.1.3), as {@code docs/card-interface.md} uses them. */
interface Sw {
    short MORE_DATA = (short) 0x6100;
    short END_OF_FILE = (short) 0x6282;
    short AUTHENTICATION_FAILED = (short) 0x6300;
    short TRIES_LEFT = (short) 0x63C0;
    short MEMORY_FAILURE = (short) 0x6581;
    short WRONG_LENGTH = (short) 0x6700;
    short NO_LOGICAL_CHANNELS = (short) 0x6881;
    short NO_SECURE_MESSAGING = (short) 0x6882;
    short NO_CHAINING = (short) 0x6884;
    short AUTHORITY_MISSING = (short) 0x6982;
    short BLOCKED = (short) 0x6983;
    short WRONG_STATE = (short) 0x6985;
    short NO_CURRENT_FILE = (short) 0x6986;
    short CHECK_FAILED = (short) 0x6988;
    short WRONG_DATA = (short) 0x6A80;
    short NOT_ON_THIS_CHIP = (short) 0x6A81;
    short FILE_NOT_FOUND = (short) 0x6A82;
    short NO_MEMORY = (short) 0x6A84;
    short WRONG_P1P2 = (short) 0x6A86;
    short NOT_FOUND = (short) 0x6A88;
    short EXISTS = (short) 0x6A89;
    short WRONG_OFFSET = (short) 0x6B00;
    short UNKNOWN_INS = (short) 0x6D00;
    short UNKNOWN_CLA = (short) 0x6E00;
}

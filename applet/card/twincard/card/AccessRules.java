package twincard.card;

/**
 * Judges access rules in compact form (ISO 7816-4, 5.4.3.2): an access-mode byte, then a condition for each of its
 * set bits, from the highest. What is not mentioned is never allowed.
 */
final class AccessRules {
    /** Bits of the access-mode byte of every file. */
    static final byte DELETE_SELF = 0x40;
    /** Bits of a DF. */
    static final byte CREATE_DF = 0x04;
    static final byte CREATE_EF = 0x02;
    static final byte DELETE_CHILD = 0x01;
    static final byte DF_MODES = 0x47;
    /** Bits of an EF. */
    static final byte UPDATE = 0x02;
    static final byte READ = 0x01;
    static final byte EF_MODES = 0x43;
    /** Conditions. */
    static final byte ALWAYS = 0x00;
    static final byte USER = 0x10;
    static final byte ISSUER = 0x20;
    static final byte NEVER = (byte) 0xFF;
    /** Bytes of the longest rule. */
    static final short MAX_LENGTH = 5;

    private static final byte LOWEST_MODE = 0x01;

    private AccessRules() {}

    /** Whether the rule at {@code offset}, one that {@link #isRule} accepts, allows now what {@code mode} means. */
    static boolean allow(Authority authority, byte[] rule, short offset, byte mode) {
        if ((rule[offset] & mode) == 0) {
            return false;
        }
        switch (rule[(short) (offset + count(rule[offset], mode))]) {
            case ALWAYS:
                return true;
            case USER:
                return authority.user();
            case ISSUER:
                return authority.issuer();
            default:
                return false;
        }
    }

    /** Bytes of the rule at {@code offset}. */
    static short lengthOf(byte[] rule, short offset) {
        return (short) (1 + count(rule[offset], LOWEST_MODE));
    }

    /** Whether the {@code length} bytes at {@code offset} are a rule with no other bits than {@code modes}. */
    static boolean isRule(byte[] rule, short offset, short length, byte modes) {
        boolean good = (rule[offset] & ~modes) == 0 && length == lengthOf(rule, offset);
        for (short i = 1; i < length; i++) {
            byte condition = rule[(short) (offset + i)];
            good &= condition == ALWAYS || condition == USER || condition == ISSUER || condition == NEVER;
        }
        return good;
    }

    /** How many of the modes there are from the highest down to {@code lowest}. */
    private static short count(byte modes, byte lowest) {
        short count = 0;
        for (short bit = DELETE_SELF; bit >= lowest; bit = (short) (bit >> 1)) {
            if ((modes & bit) != 0) {
                count++;
            }
        }
        return count;
    }
}

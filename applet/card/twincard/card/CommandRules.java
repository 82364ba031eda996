package twincard.card;

import javacard.framework.ISOException;

/** The command table: in which life cycle, role and authority each command may be sent, and what it carries. */
final class CommandRules {
    static final byte I = 1;
    static final byte O = 2;
    static final byte T = 4;

    static final byte ANY_ROLE = 0;
    static final byte ORIGINAL = Authority.ORIGINAL;
    static final byte BACKUP = Authority.BACKUP;

    /** No authority, or one that the command itself judges. */
    static final byte ANYBODY = 0;
    static final byte USER = 1;
    static final byte ISSUER = 2;
    /** The issuer in initialisation, the user once operational. */
    static final byte PERSONALISER = 3;
    static final byte USER_OR_ISSUER = 4;
    static final byte USER_AND_ISSUER = 5;

    /** The command has no data, at most Le. */
    static final byte NO_DATA = 1;
    static final byte CHAIN = 2;
    /** Its data are ciphertext and go into the persistent store. */
    static final byte INTO_STORE = 4;
    /** Not in this table: carried out by {@link Parts#perform}. */
    static final byte BEYOND_BASE = 8;

    static final byte ISO = 0x00;
    static final byte OURS = (byte) 0x80;
    static final short ROW = 6;
    private static final short LIFE = 2;
    private static final short ROLE = 3;
    private static final short AUTHORITY = 4;
    private static final short SHAPE = 5;

    /** Class, instruction, life cycles, role, authority, shape. */
    private static final byte[] TABLE = {
        ISO, Ins.SELECT, I | O | T, ANY_ROLE, ANYBODY, 0,
        ISO, Ins.GET_RESPONSE, I | O | T, ANY_ROLE, ANYBODY, NO_DATA,
        ISO, Ins.GET_DATA, I | O | T, ANY_ROLE, ANYBODY, NO_DATA,
        ISO, Ins.GET_CHALLENGE, I | O, ANY_ROLE, ANYBODY, NO_DATA,
        ISO, Ins.EXTERNAL_AUTHENTICATE, I | O, ANY_ROLE, ANYBODY, 0,
        ISO, Ins.ACTIVATE, I, ANY_ROLE, ISSUER, 0,
        ISO, Ins.TERMINATE_CARD_USAGE, I | O, ANY_ROLE, USER_OR_ISSUER, 0,
        ISO, Ins.VERIFY, O, ANY_ROLE, ANYBODY, 0,
        ISO, Ins.CHANGE_REFERENCE_DATA, O, ANY_ROLE, ANYBODY, 0,
        ISO, Ins.RESET_RETRY_COUNTER, O, ANY_ROLE, ANYBODY, 0,
        ISO, Ins.GENERATE_KEY_PAIR, O, ORIGINAL, USER, 0,
        ISO, Ins.MANAGE_SECURITY_ENVIRONMENT, O, ANY_ROLE, ANYBODY, CHAIN,
        ISO, Ins.PERFORM_SECURITY_OPERATION, O, ANY_ROLE, USER, CHAIN,
        ISO, Ins.READ_BINARY, I | O, ANY_ROLE, ANYBODY, NO_DATA,
        ISO, Ins.UPDATE_BINARY, I | O, ANY_ROLE, ANYBODY, 0,
        ISO, Ins.CREATE_FILE, I | O, ANY_ROLE, ANYBODY, 0,
        ISO, Ins.DELETE_FILE, I | O, ANY_ROLE, ANYBODY, 0,
        OURS, Ins.PERSONALISE, I, ANY_ROLE, ISSUER, 0,
        OURS, Ins.BEGIN_GROUP, I | O, ANY_ROLE, PERSONALISER, 0,
        OURS, Ins.SET_COMPONENT, I | O, ANY_ROLE, PERSONALISER, 0,
        OURS, Ins.CLEAR_GROUP, I | O, ANY_ROLE, USER_OR_ISSUER, 0,
        OURS, Ins.GET_TICKET, O, BACKUP, USER, 0,
        OURS, Ins.EXPORT_KEY, O, ORIGINAL, USER, 0,
        OURS, Ins.IMPORT_KEY, O, BACKUP, USER, CHAIN | INTO_STORE,
        OURS, Ins.CONFIRM_EXPORT, O, ORIGINAL, USER, 0,
        OURS, Ins.CANCEL_TICKET, O, BACKUP, USER, 0,
        OURS, Ins.ABANDON_EXPORT, O, ORIGINAL, USER_AND_ISSUER, 0,
        OURS, Ins.TRANSCODE, O, ANY_ROLE, USER, CHAIN,
        OURS, Ins.CHECK, O, ANY_ROLE, USER, CHAIN,
        OURS, Ins.PUT_CONTACT, I | O, ANY_ROLE, USER_OR_ISSUER, CHAIN,
        OURS, Ins.DELETE_CONTACT, I | O, ANY_ROLE, USER_OR_ISSUER, 0,
        OURS, Ins.GET_CONTACT, I | O, ANY_ROLE, ANYBODY, NO_DATA,
    };

    /** GENERATE ASYMMETRIC KEY PAIR with P1 = 81 only reads the public key. */
    static final byte READ_PUBLIC_KEY = (byte) 0x81;
    private static final byte[] READS_PUBLIC_KEY = {ISO, Ins.GENERATE_KEY_PAIR, O, ANY_ROLE, ANYBODY, NO_DATA};

    private final Ram ram;
    private final Authority authority;
    private final Parts parts;

    CommandRules(Core core) {
        ram = core.ram;
        authority = core.authority;
        parts = core.parts;
    }

    /** Judges class, instruction, life cycle, chaining, role and authority; returns the shape of the command. */
    byte admit(byte plainClass, boolean chained) {
        requireClass(plainClass);
        short row = parts.find(plainClass);
        return row >= 0 ? (byte) (judge(parts.table(), row, chained) | BEYOND_BASE) : admitToBase(plainClass, chained);
    }

    private byte admitToBase(byte plainClass, boolean chained) {
        byte ins = ram.flags[Ram.INS];
        short row = find(TABLE, plainClass, ins);
        if (row < 0) {
            ISOException.throwIt(Sw.UNKNOWN_INS);
        }
        if (plainClass == ISO && ins == Ins.GENERATE_KEY_PAIR && ram.flags[Ram.P1] == READ_PUBLIC_KEY) {
            return judge(READS_PUBLIC_KEY, (short) 0, chained);
        }
        return judge(TABLE, row, chained);
    }

    /** Judges life cycle, chaining, role and authority by a row; returns its shape. */
    private byte judge(byte[] table, short row, boolean chained) {
        byte shape = table[(short) (row + SHAPE)];
        if ((table[(short) (row + LIFE)] & phase()) == 0) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        if (chained && (shape & CHAIN) == 0) {
            ISOException.throwIt(Sw.NO_CHAINING);
        }
        byte role = table[(short) (row + ROLE)];
        if (role != ANY_ROLE && role != authority.role()) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        requireAuthority(table[(short) (row + AUTHORITY)]);
        return shape;
    }

    /** Where the row of the command begins in a table; -1: not there. */
    static short find(byte[] table, byte plainClass, byte ins) {
        for (short row = 0; row < (short) table.length; row += ROW) {
            if (table[row] == plainClass && table[(short) (row + 1)] == ins) {
                return row;
            }
        }
        return -1;
    }

    /** ISO 7816-4, 5.4.1: bits 1 and 2 are the logical channel, 3 and 4 secure messaging. */
    private static void requireClass(byte plainClass) {
        byte base = (byte) (plainClass & 0xF0);
        if (base != ISO && base != OURS) {
            ISOException.throwIt(Sw.UNKNOWN_CLA);
        }
        if ((plainClass & 0x0C) != 0) {
            ISOException.throwIt(Sw.NO_SECURE_MESSAGING);
        }
        if ((plainClass & 0x03) != 0) {
            ISOException.throwIt(Sw.NO_LOGICAL_CHANNELS);
        }
    }

    private byte phase() {
        switch (authority.lifeCycle()) {
            case Authority.INITIALISATION:
                return I;
            case Authority.OPERATIONAL:
                return O;
            default:
                return T;
        }
    }

    private void requireAuthority(byte needed) {
        switch (needed) {
            case USER:
                authority.requireUser();
                break;
            case ISSUER:
                authority.requireIssuer();
                break;
            case PERSONALISER:
                authority.requirePersonaliser();
                break;
            case USER_OR_ISSUER:
                Authority.require(authority.user() || authority.issuer());
                break;
            case USER_AND_ISSUER:
                Authority.require(authority.user() && authority.issuer());
                break;
            default:
                break;
        }
    }
}

package twincard.card;

import javacard.framework.ISOException;

/** The command table: in which life cycle, role and authority each command may be sent, and what it carries. */
final class CommandRules extends CardPart {
    /** Instruction bytes: ISO's in class 00, ours in class 80. The host has the same names. */
    interface Ins {
        byte VERIFY = 0x20;
        byte MANAGE_SECURITY_ENVIRONMENT = 0x22;
        byte CHANGE_REFERENCE_DATA = 0x24;
        byte PERFORM_SECURITY_OPERATION = 0x2A;
        byte RESET_RETRY_COUNTER = 0x2C;
        byte ACTIVATE = 0x44;
        byte GENERATE_ASYMMETRIC_KEY_PAIR = 0x46;
        byte EXTERNAL_AUTHENTICATE = (byte) 0x82;
        byte GET_CHALLENGE = (byte) 0x84;
        byte SELECT = (byte) 0xA4;
        byte READ_BINARY = (byte) 0xB0;
        byte GET_RESPONSE = (byte) 0xC0;
        byte GET_DATA = (byte) 0xCA;
        byte UPDATE_BINARY = (byte) 0xD6;
        byte CREATE_FILE = (byte) 0xE0;
        byte DELETE_FILE = (byte) 0xE4;
        byte TERMINATE_CARD_USAGE = (byte) 0xFE;

        byte PERSONALISE = 0x02;
        byte BEGIN_GROUP = 0x10;
        byte SET_COMPONENT = 0x12;
        byte CLEAR_GROUP = 0x14;
        byte GET_TICKET = 0x20;
        byte EXPORT_KEY = 0x22;
        byte IMPORT_KEY = 0x24;
        byte CONFIRM_EXPORT = 0x26;
        byte CANCEL_TICKET = 0x28;
        byte ABANDON_EXPORT = 0x2A;
        byte TRANSCODE = 0x30;
        byte CHECK = 0x32;
        byte WRAP = 0x34;
        byte UNWRAP = 0x36;
        byte KEEP = 0x38;
        byte PUT_CONTACT = 0x40;
        byte DELETE_CONTACT = 0x42;
        byte GET_CONTACT = 0x44;
    }

    /** When: life cycles … */
    static final byte I = 0x01;
    static final byte O = 0x02;
    static final byte T = 0x04;
    /** … role, where not any … */
    static final byte ORIGINAL = Authority.ORIGINAL << 3;
    static final byte BACKUP = Authority.BACKUP << 3;
    /** … and whose authority: of these two the one, both, or with EITHER any of them; none where the command judges. */
    static final byte USER = 0x20;
    static final byte ISSUER = 0x40;
    static final byte USER_AND_ISSUER = USER | ISSUER;
    private static final byte EITHER = (byte) 0x80;
    static final byte USER_OR_ISSUER = USER | ISSUER | EITHER;
    /** The issuer in initialisation, the user once operational. */
    static final byte PERSONALISER = EITHER;

    /** A backup; where there is a key service an original too. */
    static final byte RECEIVER = ORIGINAL | BACKUP;

    /**
     * Shape: the command has no data, at most Le, and none are looked for. Others have data, or, where the command can
     * do without, none when P3 is zero.
     */
    static final byte NO_DATA = 1;
    static final byte CHAIN = 2;
    /** Its data are ciphertext and go into the persistent store. */
    static final byte INTO_STORE = 4;
    /** P1 and P2 are zero. */
    static final byte NO_PARAMETERS = 16;
    /** Not in this table: carried out by {@link Parts#perform}. */
    static final byte BEYOND_BASE = 8;
    /** A transport PIN authorises it as the user's own does. */
    static final byte TRANSPORT = 32;

    static final byte ISO_CLASS = 0;
    static final byte OUR_CLASS = (byte) 0x80;
    /** Beside the instruction, which is even, in a row: of our class. */
    static final byte OURS = 1;

    private static final byte FURTHER_CHANNEL = 0x40;

    static final short ROW = 3;
    private static final short WHEN = 1;
    private static final short SHAPE = 2;

    /** Instruction and class, when, shape. */
    private static final byte[] TABLE = {
        Ins.SELECT, I | O | T, 0,
        Ins.GET_RESPONSE, I | O | T, NO_DATA | NO_PARAMETERS,
        Ins.GET_DATA, I | O | T, NO_DATA,
        Ins.GET_CHALLENGE, I | O, NO_DATA | NO_PARAMETERS,
        Ins.EXTERNAL_AUTHENTICATE, I | O, 0,
        Ins.ACTIVATE, I | ISSUER, NO_DATA | NO_PARAMETERS,
        Ins.TERMINATE_CARD_USAGE, I | O | USER_OR_ISSUER, NO_DATA | NO_PARAMETERS,
        Ins.VERIFY, O, 0,
        Ins.CHANGE_REFERENCE_DATA, O, 0,
        Ins.RESET_RETRY_COUNTER, O, 0,
        Ins.GENERATE_ASYMMETRIC_KEY_PAIR, O | ORIGINAL | USER, TRANSPORT,
        Ins.MANAGE_SECURITY_ENVIRONMENT, O, CHAIN,
        Ins.PERFORM_SECURITY_OPERATION, O | USER, CHAIN,
        Ins.READ_BINARY, I | O, NO_DATA,
        Ins.UPDATE_BINARY, I | O, 0,
        Ins.CREATE_FILE, I | O, NO_PARAMETERS,
        Ins.DELETE_FILE, I | O, NO_PARAMETERS,
        Ins.PERSONALISE | OURS, I | ISSUER, NO_PARAMETERS,
        Ins.BEGIN_GROUP | OURS, I | O | PERSONALISER, TRANSPORT,
        Ins.SET_COMPONENT | OURS, I | O | PERSONALISER, TRANSPORT,
        Ins.CLEAR_GROUP | OURS, I | O | USER_OR_ISSUER, NO_DATA | TRANSPORT,
        Ins.GET_TICKET | OURS, O | RECEIVER | USER, TRANSPORT,
        Ins.EXPORT_KEY | OURS, O | ORIGINAL | USER, NO_PARAMETERS | TRANSPORT,
        Ins.IMPORT_KEY | OURS, O | RECEIVER | USER, CHAIN | INTO_STORE | NO_PARAMETERS | TRANSPORT,
        Ins.CONFIRM_EXPORT | OURS, O | ORIGINAL | USER, NO_PARAMETERS | TRANSPORT,
        Ins.CANCEL_TICKET | OURS, O | RECEIVER | USER, NO_DATA | NO_PARAMETERS | TRANSPORT,
        Ins.ABANDON_EXPORT | OURS, O | ORIGINAL | USER_AND_ISSUER, NO_DATA | NO_PARAMETERS | TRANSPORT,
        Ins.TRANSCODE | OURS, O | USER, CHAIN | NO_PARAMETERS,
        Ins.CHECK | OURS, O | USER, CHAIN | NO_PARAMETERS,
        Ins.WRAP | OURS, O | USER, NO_PARAMETERS,
        Ins.UNWRAP | OURS, O | USER, NO_PARAMETERS,
        Ins.KEEP | OURS, O | USER, CHAIN | NO_PARAMETERS,
        Ins.PUT_CONTACT | OURS, I | O | USER_OR_ISSUER, CHAIN,
        Ins.DELETE_CONTACT | OURS, I | O | USER_OR_ISSUER, NO_DATA,
        Ins.GET_CONTACT | OURS, I | O, NO_DATA,
    };
    /** GENERATE ASYMMETRIC KEY PAIR with P1 = 81 only reads the public key. */
    private static final byte READ_PUBLIC_KEY = (byte) 0x81;
    private static final byte[] READS_PUBLIC_KEY = {Ins.GENERATE_ASYMMETRIC_KEY_PAIR, O, NO_DATA};

    CommandRules(Core core) {
        super(core);
    }

    /** Judges the class; returns the command as a row begins with it. */
    byte command() {
        byte plainClass = (byte) (flags[Ram.CLA] & ~Apdu.CHAIN_BIT);
        requireClass(plainClass);
        byte ins = flags[Ram.INS];
        if ((ins & OURS) != 0) {
            refuse();
        }
        return plainClass == ISO_CLASS ? ins : (byte) (ins | OURS);
    }

    /** Refuses with 6A86 what is in P1 or P2 of a command that has nothing there. */
    void judgeParameters(byte shape) {
        if ((shape & NO_PARAMETERS) != 0) {
            requireNoParameters();
        }
    }

    /** Judges instruction, life cycle, chaining, role and authority; returns the shape of the command. */
    byte admit(byte command) {
        short row = parts.find(command);
        return row >= 0 ? (byte) (judge(parts.table(), row) | BEYOND_BASE) : admitToBase(command);
    }

    private byte admitToBase(byte command) {
        short row = find(TABLE, command);
        if (row < 0) {
            refuse();
        }
        if (command == Ins.GENERATE_ASYMMETRIC_KEY_PAIR && readsPublicKey(ram)) {
            return judge(READS_PUBLIC_KEY, (short) 0);
        }
        byte shape = judge(TABLE, row);
        return isWithoutData(command) ? (byte) (shape | NO_DATA) : shape;
    }

    /** Whether it is by P1 or P2 that a command has no data that has them otherwise. */
    private boolean isWithoutData(byte command) {
        switch (command) {
            case Ins.SELECT:
                return flags[Ram.P1] == FileSystem.PARENT_DF;
            case Ins.VERIFY:
                return flags[Ram.P1] == Authority.FORGET;
            case Ins.BEGIN_GROUP | OURS:
                return flags[Ram.P2] == KeyGroup.DRAW_ID;
            default:
                return false;
        }
    }

    /** Whether a GENERATE ASYMMETRIC KEY PAIR is one of those. */
    static boolean readsPublicKey(Ram ram) {
        return ram.flags[Ram.P1] == READ_PUBLIC_KEY;
    }

    /** Refuses an instruction; also one that is in a table, and that nothing carries out. */
    static short refuse() {
        ISOException.throwIt(Sw.UNKNOWN_INS);
        return 0;
    }

    /** Judges life cycle, chaining, role and authority by a row; returns its shape. */
    private byte judge(byte[] table, short row) {
        byte when = table[(short) (row + WHEN)];
        byte shape = table[(short) (row + SHAPE)];
        if ((when & phase()) == 0) {
            Refusal.state();
        }
        if ((flags[Ram.CLA] & Apdu.CHAIN_BIT) != 0 && (shape & CHAIN) == 0) {
            ISOException.throwIt(Sw.NO_CHAINING);
        }
        short roles = (short) (when & RECEIVER);
        short role = (short) (authority.role << 3);
        if (roles != 0 && roles != role && (roles != RECEIVER || role != BACKUP && !parts.hasKeyService())) {
            Refusal.state();
        }
        requireAuthority(when, (shape & TRANSPORT) != 0 ? authority.pin() : authority.user());
        return shape;
    }

    /** Where the row of the command begins in a table; -1: not there. */
    static short find(byte[] table, byte command) {
        for (short row = 0; row < (short) table.length; row += ROW) {
            if (table[row] == command) {
                return row;
            }
        }
        return -1;
    }

    /** ISO 7816-4, 5.4.1: bits 3 and 4 are secure messaging, bit 7 marks channels above 3; the others are gone. */
    private static void requireClass(byte plainClass) {
        if ((plainClass & FURTHER_CHANNEL) != 0) {
            ISOException.throwIt(Sw.NO_LOGICAL_CHANNELS);
        }
        byte base = (byte) (plainClass & 0xF0);
        if (base != ISO_CLASS && base != OUR_CLASS) {
            ISOException.throwIt(Sw.UNKNOWN_CLA);
        }
        if ((plainClass & 0x0C) != 0) {
            ISOException.throwIt(Sw.NO_SECURE_MESSAGING);
        }
    }

    private byte phase() {
        switch (authority.lifeCycle) {
            case Authority.INITIALISATION:
                return I;
            case Authority.OPERATIONAL:
                return O;
            default:
                return T;
        }
    }

    private void requireAuthority(byte when, boolean user) {
        short needed = (short) (when & USER_AND_ISSUER);
        boolean either = (when & EITHER) != 0;
        if (either && needed == 0) {
            needed = phase() == I ? ISSUER : USER;
        }
        short there = (short) ((user ? USER : 0) | (authority.issuer() ? ISSUER : 0));
        Authority.require(either ? (needed & there) != 0 : (needed & ~there) == 0);
    }
}

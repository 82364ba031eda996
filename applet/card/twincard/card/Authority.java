package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.OwnerPIN;
import javacard.framework.Util;

/** Who may: life cycle, role and policy of the card, its issuer (transport key), user PIN and PUK. */
final class Authority extends CardPart {
    /** Life cycle, numbered as in ISO 7816-4, 7.4.10. */
    static final byte INITIALISATION = 0x03;
    static final byte OPERATIONAL = 0x05;
    /** On its way to {@link #TERMINATED}: never seen outside, finished at the next select. */
    static final byte TERMINATING = 0x0E;
    static final byte TERMINATED = 0x0F;

    static final byte ORIGINAL = 0x01;
    static final byte BACKUP = 0x02;

    static final byte ERASE_GROUP_WHEN_DONE = 0x01;
    static final byte BACKUP_KEEPS_PUBLIC_KEY = 0x02;
    static final byte TRUSTED_TARGETS_ONLY = 0x04;
    static final byte DECIPHER_OFF = 0x08;
    static final byte PIN_EACH_TIME = 0x40;
    /** An original shows the public key, and lets it be used, only once there is a backup. */
    static final byte WITHHELD = 0x20;
    /** Of PERSONALISE alone: the PIN is a transport PIN. */
    private static final byte TRANSPORT_PIN = (byte) 0x80;
    /** What the base knows of these. */
    static final byte KNOWN_FLAGS = TRANSPORT_PIN | WITHHELD | PIN_EACH_TIME | 0x0F;
    /** Known to cards that have host-blind mode. */
    static final byte BASE_MODE_FORBIDDEN = 0x10;

    static final byte MAXIMUM_BACKUPS = 8;
    static final short ID = 16;

    /** The reference of the PIN in P2. */
    private static final byte PIN = 0x01;
    /** P1 of VERIFY that ends the session of the PIN. */
    static final byte FORGET = (byte) 0xFF;
    /** Where the PIN stands in the data of PERSONALISE. */
    private static final short PIN_AT = 9;

    private static final byte PIN_MINIMUM = 6;
    private static final byte PIN_MAXIMUM = 16;
    private static final byte PIN_TRIES = 3;
    private static final byte PUK_TRIES = 10;
    /** Random bytes that GET CHALLENGE gives where none are asked for by number, and the most of them. */
    private static final short USUAL_RANDOM = 32;
    private static final short MAXIMUM_RANDOM = 64;
    static final short CHALLENGE = 16;
    private static final short TRANSPORT_KEY = 32;
    /** "twincard/issuer/1" */
    private static final byte[] ISSUER_LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 'i', 's', 's', 'u', 'e', 'r', '/', '1'
    };

    final byte[] cardId = new byte[ID];
    private final byte[] transportKey = new byte[TRANSPORT_KEY];
    private final OwnerPIN pin = new OwnerPIN(PIN_TRIES, PIN_MAXIMUM);
    private final OwnerPIN puk = new OwnerPIN(PUK_TRIES, PIN_MAXIMUM);
    // Others read these, and write none of them.
    byte lifeCycle = INITIALISATION;
    byte role;
    byte backups;
    byte policy;
    /** Whether the PIN is that which the issuer chose, for the way to the user. */
    boolean transportPin;

    /** @param offset where in the bytes the transport key begins */
    Authority(Core core, byte[] bytes, short offset) {
        super(core);
        chip.random(cardId, (short) 0, ID);
        Util.arrayCopyNonAtomic(bytes, offset, transportKey, (short) 0, TRANSPORT_KEY);
    }

    /** Whether the policy has this flag. */
    boolean policy(byte flag) {
        return (policy & flag) != 0;
    }

    boolean isCardId(byte[] id, short offset) {
        return Util.arrayCompare(id, offset, cardId, (short) 0, ID) == 0;
    }

    byte pinTries() {
        return pin.getTriesRemaining();
    }

    byte pukTries() {
        return puk.getTriesRemaining();
    }

    /** Whether the PIN is verified, be it a transport PIN or the user's own. */
    boolean pin() {
        return lifeCycle == OPERATIONAL && pin.isValidated();
    }

    /** Whether the user's own PIN is verified. */
    boolean user() {
        return pin() && !transportPin;
    }

    /** Whether the issuer has authenticated. */
    boolean issuer() {
        return flags[Ram.ISSUER] != 0;
    }

    static void require(boolean allowed) {
        if (!allowed) {
            ISOException.throwIt(Sw.AUTHORITY_MISSING);
        }
    }

    /** Ends the session of the PIN. */
    void resetPin() {
        pin.reset();
        flags[Ram.FAULTS] = 0;
    }

    /** Begins an operation for which the PIN serves once, where the policy wants that. */
    void spendPin() {
        if (policy(PIN_EACH_TIME)) {
            resetPin();
        }
    }

    /** At deselect: what CLEAR_ON_RESET memory would keep. */
    void deselect() {
        pin.reset();
        puk.reset();
    }

    /** GET CHALLENGE: {@code expected} random bytes; 16 of them are a challenge for the next command. */
    short challenge(short expected) {
        short length = expected == Apdu.ANY_LENGTH || expected == Apdu.UNLIMITED ? USUAL_RANDOM : expected;
        if (length < 1) {
            Refusal.length();
        }
        if (length > MAXIMUM_RANDOM) {
            length = MAXIMUM_RANDOM;
        }
        chip.random(aux, (short) 0, length);
        if (length == CHALLENGE) {
            Util.arrayCopyNonAtomic(aux, (short) 0, ram.challenge, (short) 0, CHALLENGE);
            flags[Ram.CHALLENGED] = 1;
        }
        return length;
    }

    /** EXTERNAL AUTHENTICATE: AES-CMAC under the transport key over label, card id and challenge. */
    void authenticateIssuer(short length) {
        boolean challenged = flags[Ram.CHALLENGED] != 0;
        flags[Ram.CHALLENGED] = 0;
        flags[Ram.ISSUER] = 0;
        requireNoParameters();
        Apdu.requireLength(length, CHALLENGE);
        if (!challenged || !parts.takesChallengeResponse()) {
            Refusal.state();
        }
        cmac.init(transportKey, (short) 0);
        cmac.update(ISSUER_LABEL, (short) 0, (short) ISSUER_LABEL.length);
        cmac.update(cardId, (short) 0, ID);
        cmac.update(ram.challenge, (short) 0, CHALLENGE);
        cmac.finish(hash, (short) 0);
        if (ConstantTime.difference(hash, (short) 0, work, (short) 0, CHALLENGE) != 0) {
            ISOException.throwIt(Sw.AUTHENTICATION_FAILED);
        }
        flags[Ram.ISSUER] = 1;
    }

    /** PERSONALISE: role, policy, PIN and PUK, replaced as a whole. */
    void personalise(short length) {
        byte[] work = this.work;
        byte newRole = work[2];
        byte newBackups = work[5];
        byte newFlags = work[6];
        byte pinLength = acceptable(PIN_AT, work[(short) (PIN_AT - 1)]);
        short pukAt = (short) (PIN_AT + work[(short) (PIN_AT - 1)] + 2);
        byte pukLength = acceptable(pukAt, work[(short) (pukAt - 1)]);
        Apdu.requireData(Util.getShort(work, (short) 0) == (short) 0x8001
                && Util.getShort(work, (short) 3) == (short) 0x8102
                && work[(short) (PIN_AT - 2)] == (byte) 0x82
                && work[(short) (pukAt - 2)] == (byte) 0x83
                && length == (short) (pukAt + work[(short) (pukAt - 1)])
                && (newRole == ORIGINAL || newRole == BACKUP)
                && newBackups >= 0
                && newBackups <= MAXIMUM_BACKUPS
                && (newBackups != 0 || newRole == BACKUP || (newFlags & WITHHELD) == 0)
                && (newFlags & ~parts.policyFlags()) == 0);
        parts.renew();
        JCSystem.beginTransaction();
        role = newRole;
        backups = newBackups;
        policy = (byte) (newFlags & ~TRANSPORT_PIN);
        transportPin = newFlags < 0;
        pin.update(work, PIN_AT, pinLength);
        puk.update(work, pukAt, pukLength);
        parts.renewed();
        ram.number[0] = newRole;
        ram.number[1] = newBackups;
        ram.number[2] = newFlags;
        log.note(Log.PERSONALISED, ram.number, (short) 0, (short) 3);
        JCSystem.commitTransaction();
    }

    /** ACTIVATE: from initialisation to operational. */
    void activate() {
        if (role == 0 || !parts.complete()) {
            Refusal.state();
        }
        JCSystem.beginTransaction();
        lifeCycle = OPERATIONAL;
        log.note(Log.ACTIVATED, (byte) 0);
        JCSystem.commitTransaction();
    }

    /** VERIFY; the counter is OwnerPIN's, written before the comparison. */
    void verify(short length) {
        byte p1 = flags[Ram.P1];
        requireP2(PIN);
        if (p1 == FORGET) {
            resetPin();
            return;
        }
        requireP1((byte) 0x00);
        if (length == 0) {
            if (!pin.isValidated()) {
                refuse(pin);
            }
            return;
        }
        if (length > PIN_MAXIMUM) {
            Refusal.length();
        }
        flags[Ram.FAULTS] = 0;
        check(pin, length);
    }

    /** CHANGE REFERENCE DATA: old and new PIN, 16 bytes each; or RESET RETRY COUNTER: PUK and new PIN. */
    void replacePin(short length, boolean byPuk) {
        OwnerPIN proof = byPuk ? puk : pin;
        requireP1((byte) 0);
        requireP2(PIN);
        Apdu.requireLength(length, (short) (2 * PIN_MAXIMUM));
        byte newLength = acceptable(PIN_MAXIMUM, PIN_MAXIMUM);
        check(proof, PIN_MAXIMUM);
        proof.reset();
        JCSystem.beginTransaction();
        pin.update(work, PIN_MAXIMUM, newLength);
        transportPin &= byPuk;
        log.note(byPuk ? Log.PIN_UNBLOCKED : Log.PIN_CHANGED, (byte) 0);
        JCSystem.commitTransaction();
        resetPin();
    }

    /** Checks a PIN or PUK at the beginning of the data, padding included. */
    private void check(OwnerPIN secret, short length) {
        if (!secret.check(work, (short) 0, stripped((short) 0, length))) {
            refuse(secret);
        }
    }

    private static void refuse(OwnerPIN secret) {
        byte left = secret.getTriesRemaining();
        ISOException.throwIt(left == 0 ? Sw.BLOCKED : (short) (Sw.TRIES_LEFT | left));
    }

    /** The length of a new PIN or PUK without its padding, if it is one. */
    private byte acceptable(short offset, short length) {
        Apdu.requireData(length >= 0 && length <= PIN_MAXIMUM);
        byte bare = stripped(offset, length);
        Apdu.requireData(bare >= PIN_MINIMUM);
        return bare;
    }

    private byte stripped(short offset, short length) {
        while (length > 0 && work[(short) (offset + length - 1)] == 0) {
            length--;
        }
        return (byte) length;
    }

    /** First step of TERMINATE, inside the caller's transaction: from here on there is no way back. */
    void beginTermination() {
        lifeCycle = TERMINATING;
        log.note(Log.TERMINATED, (byte) 0);
    }

    /** Wipes PIN, PUK and transport key; may be repeated. */
    void wipe() {
        Ram.clear(transportKey);
        Util.arrayFillNonAtomic(aux, (short) 0, PIN_MAXIMUM, (byte) 0);
        JCSystem.beginTransaction();
        pin.update(aux, (short) 0, PIN_MAXIMUM);
        puk.update(aux, (short) 0, PIN_MAXIMUM);
        JCSystem.commitTransaction();
        flags[Ram.ISSUER] = 0;
    }

    /** Last step of TERMINATE: one write, after everything is wiped. */
    void endTermination() {
        lifeCycle = TERMINATED;
    }
}

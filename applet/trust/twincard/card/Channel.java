package twincard.card;

import javacard.framework.APDU;
import javacard.framework.ISOException;
import javacard.framework.Util;
import twincard.card.CommandRules.Ins;

/**
 * Secure messaging: the handshakes, which commands must be secured, and what becomes of the card when one is not as it
 * should be.
 */
final class Channel extends CardPart {
    /** Tag and length of the install parameter that says whether the issuer must use SCP03. */
    private static final short ISSUER_MUST_USE_SCP03 = (short) 0x8401;
    private static final byte REPORT_TAG = (byte) 0x8F;

    private static final byte OURS = CommandRules.OUR_CLASS;
    private static final byte OURS_SECURED = OURS | Apdu.SECURED_BIT;
    /** The bits of the class that do not tell ISO's commands from ours, nor chained from whole ones. */
    private static final byte KIND = 0x6F;

    private final Core core;
    private final Session session;
    private final Scp03Keys keys;
    private final Scp03 scp03;
    private final Scp11 scp11;

    /** The device is null where the chip has no EC. */
    Channel(Core core, Session session, Device device, byte[] parameters, InstallParameters parsed) {
        super(core);
        this.core = core;
        short required = parsed.number(parameters, ISSUER_MUST_USE_SCP03, (short) 1);
        Apdu.requireData((required & ~1) == 0 && parsed.at == parsed.end);
        this.session = session;
        keys = new Scp03Keys(core, session, parameters, parsed.transportKey, (byte) required);
        scp03 = new Scp03(core, keys, session);
        scp11 = new Scp11(core, device, session);
    }

    /** The way of the command in hand, in the upper half: 0 plain, 1 SCP03, 2 SCP11b. */
    byte way() {
        return (byte) (session.secured() ? (session.state() - Session.SCP03 + 1) << 4 : 0);
    }

    boolean takesChallengeResponse() {
        return keys.required() == 0;
    }

    /** The commands of the handshakes, and PUT KEY. */
    short perform(short length) {
        byte ins = flags[Ram.INS];
        if (ins == TrustParts.PUT_KEY) {
            return keys.put(length, session.secured() && session.state() == Session.SCP03);
        }
        if (session.secured()) {
            // A handshake within a channel is a fault of that.
            fail();
        }
        try {
            return handshake(ins, length);
        } finally {
            session.settle();
        }
    }

    private short handshake(byte ins, short length) {
        switch (ins) {
            case TrustParts.INITIALIZE_UPDATE:
                return scp03.initializeUpdate(length);
            case TrustParts.INTERNAL_AUTHENTICATE:
                return scp11.authenticate(length);
            case TrustParts.EXTERNAL_AUTHENTICATE_SCP03:
                scp03.authenticate(length);
                return 0;
            default:
                return CommandRules.refuse();
        }
    }

    /** Adds to the state report. */
    short report(short at) {
        byte[] out = aux;
        out[at++] = REPORT_TAG;
        out[at++] = 2;
        out[at++] = keys.version();
        out[at++] = keys.required();
        return at;
    }

    void forget() {
        session.clear();
    }

    void wipe() {
        keys.wipe();
    }

    /** {@link Parts#beginCommand} */
    boolean begin() {
        byte cla = flags[Ram.CLA];
        byte ins = flags[Ram.INS];
        session.begin();
        if (cla == OURS && (ins == TrustParts.INITIALIZE_UPDATE || ins == TrustParts.INTERNAL_AUTHENTICATE)) {
            endSessions();
            return false;
        }
        if (cla == CommandRules.ISO_CLASS && ins == Ins.GET_RESPONSE) {
            return false;
        }
        boolean open = session.isOpen();
        boolean secured = (cla & KIND) == Apdu.SECURED_BIT;
        if (!open && cla == OURS_SECURED && ins == TrustParts.EXTERNAL_AUTHENTICATE_SCP03) {
            flags[Ram.CLA] = OURS;
            return false;
        }
        if (open != secured) {
            fail();
        }
        if (!open) {
            session.clear();
        }
        return secured;
    }

    /** {@link Parts#receive} */
    short receive(APDU apdu) {
        // Whoever may not import a key does not wear the store, either.
        boolean intoStore = flags[Ram.INS] == Ins.IMPORT_KEY && (flags[Ram.CLA] & OURS) != 0 && authority.pin();
        try {
            short gathered = core.apdu.receive(apdu, intoStore);
            if (gathered < 0) {
                return gathered;
            }
            short length = session.open(intoStore ? store : work, gathered);
            if (length >= 0) {
                flags[Ram.CLA] &= ~Apdu.SECURED_BIT;
                return length;
            }
        } catch (RuntimeException wrong) {
            // More than can be gathered, or what the transport refuses: as any other fault inside a channel.
        }
        fail();
        return 0;
    }

    private void fail() {
        endSessions();
        ISOException.throwIt(Sw.AUTHORITY_MISSING);
    }

    /** As after SELECT; of the command in hand only the header is kept. */
    private void endSessions() {
        Util.arrayFillNonAtomic(flags, Ram.CHAIN_CLA, (short) (flags.length - Ram.CHAIN_CLA), (byte) 0);
        for (short i = 0; i < (short) words.length; i++) {
            words[i] = 0;
        }
        core.forget();
    }
}

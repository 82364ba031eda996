package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/**
 * The handshake of SCP03 (GlobalPlatform Amendment D, 7.1.1 and 7.1.2), i = 60: random challenge, answers encrypted and
 * with MACs. It authenticates the issuer.
 */
final class Scp03 extends CardPart {
    private static final short CHALLENGE = 8;
    private static final short CRYPTOGRAM = 8;
    private static final byte LEVEL = 0x33;

    /** Answer to INITIALIZE UPDATE. */
    private static final short DIVERSIFICATION = 10;
    private static final short CARD_CHALLENGE = 13;
    private static final short CARD_CRYPTOGRAM = 21;
    private static final short ANSWER = 29;
    private static final byte PROTOCOL = 0x03;
    private static final byte PARAMETER = 0x60;

    /** Constants of the key derivation (Amendment D, 4.1.5). */
    private static final byte FOR_CARD_CRYPTOGRAM = 0;
    private static final byte FOR_HOST_CRYPTOGRAM = 1;
    private static final byte FOR_ENC = 4;
    private static final byte FOR_CMAC = 6;
    private static final byte FOR_RMAC = 7;
    /** In Ram.hash: label, constant, separator, length in bits, counter, context. */
    private static final short CONSTANT = 11;
    private static final short BITS = 13;
    private static final short COUNTER = 15;
    private static final short CONTEXT = 16;
    private static final short INPUT = 32;
    private static final short KEY_BITS = 128;
    private static final short CRYPTOGRAM_BITS = 64;

    private final Scp03Keys keys;
    private final Session session;

    Scp03(Core core, Scp03Keys keys, Session session) {
        super(core);
        this.keys = keys;
        this.session = session;
    }

    /** INITIALIZE UPDATE; whatever sessions there were have ended. */
    short initializeUpdate(short length) {
        byte[] aux = this.aux;
        byte[] memory = session.memory;
        requireP2((byte) 0);
        Apdu.requireLength(length, CHALLENGE);
        byte wanted = flags[Ram.P1];
        if (wanted != 0 && wanted != keys.version()) {
            Refusal.notFound();
        }
        chip.random(aux, CARD_CHALLENGE, CHALLENGE);
        Util.arrayFillNonAtomic(hash, (short) 0, CONTEXT, (byte) 0);
        hash[COUNTER] = 1;
        Util.arrayCopyNonAtomic(work, (short) 0, hash, CONTEXT, CHALLENGE);
        Util.arrayCopyNonAtomic(aux, CARD_CHALLENGE, hash, (short) (CONTEXT + CHALLENGE), CHALLENGE);
        derive(keys.keys, Scp03Keys.ENC, FOR_ENC, KEY_BITS, memory, Session.ENC);
        derive(keys.keys, Scp03Keys.MAC, FOR_CMAC, KEY_BITS, memory, Session.CMAC);
        derive(keys.keys, Scp03Keys.MAC, FOR_RMAC, KEY_BITS, memory, Session.RMAC);
        derive(memory, Session.CMAC, FOR_HOST_CRYPTOGRAM, CRYPTOGRAM_BITS, memory, Session.CHAIN);
        derive(memory, Session.CMAC, FOR_CARD_CRYPTOGRAM, CRYPTOGRAM_BITS, aux, CARD_CRYPTOGRAM);
        short at = Util.arrayCopyNonAtomic(authority.cardId, (short) 0, aux, (short) 0, DIVERSIFICATION);
        aux[at++] = keys.version();
        aux[at++] = PROTOCOL;
        aux[at] = PARAMETER;
        session.enter(Session.AUTHENTICATING);
        return ANSWER;
    }

    private void derive(byte[] key, short offset, byte constant, short bits, byte[] out, short outOffset) {
        hash[CONSTANT] = constant;
        Util.setShort(hash, BITS, bits);
        session.mac.init(key, offset);
        session.mac.update(hash, (short) 0, INPUT);
        session.mac.finish(out, outOffset);
    }

    /** EXTERNAL AUTHENTICATE, directly after INITIALIZE UPDATE: opens the channel, with the issuer's authority. */
    void authenticate(short length) {
        byte[] memory = session.memory;
        boolean isDue = session.state() == Session.AUTHENTICATING;
        session.enter(Session.CLOSED);
        requireP1(LEVEL);
        requireP2((byte) 0);
        Apdu.requireLength(length, (short) (CRYPTOGRAM + Session.MAC));
        if (!isDue) {
            Refusal.state();
        }
        boolean good = ConstantTime.difference(memory, Session.CHAIN, work, (short) 0, CRYPTOGRAM) == 0;
        Util.arrayFillNonAtomic(memory, Session.CHAIN, Session.KEY, (byte) 0);
        flags[Ram.CLA] |= Apdu.SECURED_BIT;
        good &= session.verify(work, CRYPTOGRAM);
        if (!good) {
            ISOException.throwIt(Sw.AUTHENTICATION_FAILED);
        }
        session.enter(Session.SCP03);
        flags[Ram.ISSUER] = 1;
    }
}

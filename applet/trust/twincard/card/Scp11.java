package twincard.card;

import javacard.framework.Util;

/**
 * The handshake of SCP11b (GlobalPlatform Amendment F, 7.6.2): the card proves its channel key, and the host stays
 * anonymous, so that it opens a channel and gives no authority.
 */
final class Scp11 extends CardPart {
    private static final byte KEY_VERSION = 0x01;
    private static final byte KEY_ID = 0x13;

    /** A6 { SCP11b, usage, AES, length of the keys } 5F49 41: all of the command before the point. */
    private static final byte[] HEAD = {
        (byte) 0xA6, 0x0D, (byte) 0x90, 0x02, 0x11, 0x00, (byte) 0x95, 0x01, 0x3C, (byte) 0x80, 0x01, (byte) 0x88,
        (byte) 0x81, 0x01, 0x10, 0x5F, 0x49, 0x41
    };
    private static final short HEAD_LENGTH = 18;
    private static final short COMMAND = HEAD_LENGTH + P256.POINT;
    /** 5F49 41 point ‖ 86 10 receipt. */
    private static final short POINT = 3;
    private static final short RECEIPT = POINT + P256.POINT;
    private static final byte RECEIPT_TAG = (byte) 0x86;
    /** Usage, type and length of the keys. */
    private static final byte[] SHARED_INFO = {0x3C, (byte) 0x88, 0x10};
    private static final short SHA256 = 32;

    private final Device device;
    private final Session session;

    Scp11(Core core, Device device, Session session) {
        super(core);
        this.device = device;
        this.session = session;
    }

    /** INTERNAL AUTHENTICATE; whatever sessions there were have ended. */
    short authenticate(short length) {
        if (Util.getShort(flags, Ram.P1) != (short) (KEY_VERSION << 8 | KEY_ID) || !device.isReady()) {
            Refusal.notFound();
        }
        Apdu.requireData(
                length == COMMAND && Template.stands(HEAD, work, (short) 0));
        ecdh.requirePoint(work, HEAD_LENGTH);
        agree();
        byte[] memory = session.memory;
        derive(memory);
        short at = Util.arrayCopyNonAtomic(HEAD, (short) (HEAD_LENGTH - POINT), aux, (short) 0, POINT);
        at += P256.POINT;
        session.mac.init(memory, Session.CHAIN);
        session.mac.update(work, (short) 0, COMMAND);
        session.mac.update(aux, (short) 0, RECEIPT);
        session.mac.finish(memory, Session.CHAIN);
        aux[at++] = RECEIPT_TAG;
        aux[at++] = Session.KEY;
        session.enter(Session.SCP11);
        return Util.arrayCopyNonAtomic(memory, Session.CHAIN, aux, at, Session.KEY);
    }

    /** Shared secrets of the host's point with a fresh key and with the channel key, side by side in Ram.secret. */
    private void agree() {
        ecdh.begin(aux, POINT);
        // A fault leaves the pair to what every command begins with.
        ecdh.agreeEphemeral(work, HEAD_LENGTH, secret, (short) 0);
        ecdh.end();
        device.agreeChannel(work, HEAD_LENGTH, secret, P256.SCALAR);
    }

    /** ANSI X9.63 with SHA-256: the key of the receipt, where the receipt will be, and the session keys. */
    private void derive(byte[] memory) {
        byte[] number = ram.number;
        Ram.clear(number);
        for (short at = 0; at < Session.KEYS_END; at += SHA256) {
            number[(short) (number.length - 1)]++;
            chip.hash(secret);
            chip.hash(number);
            chip.sha256.doFinal(SHARED_INFO, (short) 0, (short) SHARED_INFO.length, memory, at);
        }
    }
}

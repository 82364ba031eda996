package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.AESKey;
import javacardx.crypto.Cipher;

/** The issuer's static keys of SCP03, and whether he must use them. */
final class Scp03Keys extends CardPart {
    static final short ENC = 0;
    static final short MAC = 16;
    private static final short DEK = 32;
    private static final short LENGTH = 48;
    private static final byte FIRST_VERSION = 1;
    private static final byte[] LABEL = {'s', 'c', 'p', '0', '3'};

    /** PUT KEY: version ‖ 3 × { 88 10 key, 03 KCV }. */
    private static final byte PUT_P2 = (byte) 0x81;
    private static final short PUT_LENGTH = 67;
    private static final byte AES = (byte) 0x88;
    private static final short PART = 22;
    private static final short PART_KEY = 2;
    private static final short PART_KCV = 18;
    private static final short KCV = 3;

    final byte[] keys = new byte[LENGTH];
    private final AESKey key128;
    private byte version = FIRST_VERSION;
    /** 1 when the issuer's authority is had by SCP03 alone. */
    private byte required;

    /** Derives the first keys from the transport key at {@code offset}. */
    Scp03Keys(Core core, Session session, byte[] transportKey, short offset, byte required) {
        super(core);
        key128 = session.key128;
        this.required = required;
        byte[] cardId = authority.cardId;
        cmac.derive(transportKey, offset, LABEL, cardId, (short) 0, Authority.ID, (byte) 3, keys, ENC);
    }

    byte version() {
        return version;
    }

    byte required() {
        return required;
    }

    /** PUT KEY, within SCP03; the new keys are the next channel's. */
    short put(short length, boolean withinScp03) {
        byte[] data = work;
        Authority.require(withinScp03);
        requireP2(PUT_P2);
        Apdu.requireLength(length, PUT_LENGTH);
        byte replaced = flags[Ram.P1];
        if (replaced != 0 && replaced != version) {
            Refusal.notFound();
        }
        Apdu.requireData(data[0] > 0);
        aux[0] = data[0];
        short answer = 1;
        short at = 1;
        for (short place = ENC; place < LENGTH; place += Session.KEY) {
            unwrap(data, at, secret, place);
            answer = Util.arrayCopyNonAtomic(data, (short) (at + PART_KCV + 1), aux, answer, KCV);
            at += PART;
        }
        JCSystem.beginTransaction();
        Util.arrayCopy(secret, (short) 0, keys, (short) 0, LENGTH);
        version = data[0];
        required = 1;
        log.note(Log.SCP03_KEYS_REPLACED, data, (short) 0, (short) 1);
        JCSystem.commitTransaction();
        return answer;
    }

    /** Decrypts one key under K-DEK and checks it against its KCV: AES over 16 bytes of 01, cut short. */
    private void unwrap(byte[] data, short at, byte[] out, short place) {
        Cipher aes = chip.aes;
        short kcv = (short) (at + PART_KCV);
        Apdu.requireData(data[at] == AES && data[(short) (at + 1)] == Session.KEY && data[kcv] == KCV);
        key128.setKey(keys, DEK);
        aes.init(key128, Cipher.MODE_DECRYPT);
        aes.doFinal(data, (short) (at + PART_KEY), Session.KEY, out, place);
        key128.setKey(out, place);
        Util.arrayFillNonAtomic(hash, (short) 0, Session.KEY, (byte) 1);
        aes.init(key128, Cipher.MODE_ENCRYPT);
        aes.doFinal(hash, (short) 0, Session.KEY, hash, Session.KEY);
        key128.clearKey();
        Apdu.requireData(Util.arrayCompare(hash, Session.KEY, data, (short) (kcv + 1), KCV) == 0);
    }

    /** As a step of TERMINATE; may be repeated. */
    void wipe() {
        Ram.clear(keys);
    }
}

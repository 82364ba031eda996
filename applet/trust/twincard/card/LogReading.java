package twincard.card;

/** READ LOG: count, chain and entries, signed by the device key where there is one. All of it is public. */
final class LogReading {
    private static final byte LOG = (byte) 0xE7;
    private static final short NONCE = 16;
    private static final short SIGNATURE_OBJECT = 2 + Ecdsa.SIGNATURE;

    private final Core core;
    private final EventLog log;
    /** Null where the chip has none. */
    private final Device device;

    LogReading(Core core, EventLog log, Device device) {
        this.core = core;
        this.log = log;
        this.device = device;
    }

    /** Answers from the store, since the whole is longer than any buffer. */
    short read(short length) {
        Apdu.requireNoParameters(core.ram);
        Apdu.requireLength(length, NONCE);
        boolean signs = device != null && device.isReady();
        short all = log.entriesLength();
        short content = (short) (2 + EventLog.NUMBER + 2 + EventLog.CHAIN + 2 + more(all) + all);
        byte[] out = core.store;
        short count = head(LOG, signs ? (short) (content + SIGNATURE_OBJECT) : content, (short) 0);
        count = head((byte) 0x80, EventLog.NUMBER, count);
        short chain = head((byte) 0x81, EventLog.CHAIN, log.writeCount(out, count));
        short entries = head((byte) 0x82, all, log.writeChain(out, chain));
        short end = log.writeEntries(out, entries);
        if (signs) {
            Ecdsa signature = device.beginSign(EventLog.LABEL);
            signature.update(core.authority.cardId(), (short) 0, Authority.ID);
            signature.update(core.ram.work, (short) 0, NONCE);
            signature.update(out, count, EventLog.NUMBER);
            signature.update(out, chain, EventLog.CHAIN);
            short at = head((byte) 0x83, Ecdsa.SIGNATURE, end);
            signature.sign(out, entries, all, out, at);
            end += SIGNATURE_OBJECT;
        }
        core.apdu.answerFromStore();
        return end;
    }

    /** Bytes that a BER length takes beyond its first. */
    private static short more(short length) {
        return length > 0xFF ? (short) 2 : length > 0x7F ? (short) 1 : 0;
    }

    /** Writes tag and BER length; returns the offset behind them. */
    private short head(byte tag, short length, short at) {
        byte[] out = core.store;
        short more = more(length);
        out[at++] = tag;
        if (more != 0) {
            out[at++] = (byte) (0x80 + more);
        }
        if (more == 2) {
            out[at++] = (byte) (length >> 8);
        }
        out[at++] = (byte) length;
        return at;
    }
}

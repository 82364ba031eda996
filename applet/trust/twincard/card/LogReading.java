package twincard.card;

import javacard.framework.Util;

/** READ LOG: count, chain and entries, signed by the device key where there is one. All of it is public. */
final class LogReading extends OnChip {
    private static final byte LOG = (byte) 0xE7;
    private static final short NONCE = 16;
    /** The three heads before the entries, as long as they are short, and what stands between them. */
    private static final short BEFORE_ENTRIES = 2 + EventLog.NUMBER + 2 + EventLog.CHAIN + 2;
    private static final short SIGNATURE_HEAD = (short) 0x8340;

    private final byte[] cardId;
    private final EventLog events;
    /** Null where the chip has none. */
    private final Device device;

    LogReading(Chip chip, Ram ram, byte[] cardId, EventLog events, Device device) {
        super(chip, ram);
        this.cardId = cardId;
        this.events = events;
        this.device = device;
    }

    /** The whole is longer than any buffer, and goes on in Ram.work, whose nonce is used by then. */
    short read(short length) {
        byte[] out = aux;
        requireNoParameters();
        Apdu.requireLength(length, NONCE);
        Ecdsa signature = device != null && device.isReady() ? device.beginSign(EventLog.LABEL) : null;
        byte left = events.entries();
        short all = (short) (left * EventLog.ENTRY);
        short content = (short) (BEFORE_ENTRIES + more(all) + all + (signature == null ? 0 : 2 + Ecdsa.SIGNATURE));
        short count = head((byte) 0x80, EventLog.NUMBER, head(LOG, content, (short) 0));
        short chain = head((byte) 0x81, EventLog.CHAIN, events.writeCount(out, count));
        short at = head((byte) 0x82, all, events.writeChain(out, chain));
        if (signature != null) {
            signature.update(cardId, (short) 0, Authority.ID);
            signature.update(work, (short) 0, NONCE);
            signature.update(out, count, EventLog.NUMBER);
            signature.update(out, chain, EventLog.CHAIN);
        }
        for (byte i = 0; left > 0; i++) {
            events.read(i, hash);
            at = put(hash, EventLog.ENTRY, at);
            left--;
            if (signature == null) {
                continue;
            }
            if (left > 0) {
                signature.update(hash, (short) 0, EventLog.ENTRY);
            } else {
                // There is a last one: a card with a device key was personalised.
                signature.sign(hash, (short) 0, EventLog.ENTRY, hash, (short) 0);
                Util.setShort(ram.number, (short) 0, SIGNATURE_HEAD);
                at = put(ram.number, (short) 2, at);
                at = put(hash, Ecdsa.SIGNATURE, at);
            }
        }
        if (at > Ram.FIRST) {
            flags[Ram.ANSWER_IN] = Apdu.IN_BOTH;
        }
        return at;
    }

    /** Adds the beginning of an array to the answer; returns the offset behind it. */
    private short put(byte[] in, short length, short at) {
        for (short i = 0; i < length; i++) {
            if (at < Ram.FIRST) {
                aux[at] = in[i];
            } else {
                work[(short) (at - Ram.FIRST)] = in[i];
            }
            at++;
        }
        return at;
    }

    /** Bytes that a BER length takes beyond its first. */
    private static short more(short length) {
        return length > 0xFF ? (short) 2 : length > 0x7F ? (short) 1 : 0;
    }

    /** Writes tag and BER length; returns the offset behind them. */
    private short head(byte tag, short length, short at) {
        byte[] out = aux;
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

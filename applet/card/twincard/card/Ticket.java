package twincard.card;

import javacard.framework.Util;

/** The ticket T, by which a backup asks for a key, and the MACs under the key group that speak of it. */
final class Ticket {
    /** T = version ‖ mode ‖ purpose ‖ idB ‖ idO ‖ nonce. */
    static final short LENGTH = 51;
    static final short ID_B = 3;
    static final short ID_O = 19;
    static final short NONCE = 35;
    static final short NONCE_LENGTH = 16;
    /** Version 1, base mode, for a backup. */
    static final byte[] HEAD = {0x01, 0x00, 0x01};

    /** E1 { 80 T, 81 MAC } */
    static final short TEMPLATE = 73;
    private static final byte[] TEMPLATE_HEAD = {Tag.TICKET, 0x47, (byte) 0x80, 0x33};
    private static final byte[] MAC_HEAD = {(byte) 0x81, 0x10};

    /** E3 { 80 kind, 81 MAC } */
    static final short RECEIPT = 23;
    static final short RECEIPT_MAC = 7;
    static final byte DONE = 1;
    static final byte VOID = 2;
    private static final byte[] RECEIPT_HEAD = {Tag.RECEIPT, 0x15, (byte) 0x80, 0x01};
    private static final short RECEIPT_KIND = 4;

    private static final byte[] TICKET_LABEL = {'t', 'i', 'c', 'k', 'e', 't'};
    private static final byte[] RECEIPT_LABEL = {'r', 'e', 'c', 'e', 'i', 'p', 't'};
    private static final byte[] DONE_LABEL = {'d', 'o', 'n', 'e'};
    private static final byte[] VOID_LABEL = {'v', 'o', 'i', 'd'};

    private static final short GROUP_KEY = 0;
    private static final short MAC_KEY = 32;
    private static final byte AES_256 = 2;

    private final Ram ram;
    private final KeyGroup group;
    private final Cmac cmac;
    private final Kdf kdf;

    Ticket(Ram ram, KeyGroup group, Cmac cmac, Kdf kdf) {
        this.ram = ram;
        this.group = group;
        this.cmac = cmac;
        this.kdf = kdf;
    }

    /** CMAC(K_T, T) into Ram.hash. */
    void mac(byte[] ticket, short offset) {
        begin(TICKET_LABEL);
        cmac.update(ticket, offset, LENGTH);
        cmac.finish(ram.hash, (short) 0);
    }

    /** The MAC of a receipt into Ram.hash; the digest of the key belongs to kind DONE only. */
    void receiptMac(byte kind, byte[] ticket, byte[] digest, short digestOffset) {
        byte[] label = kind == DONE ? DONE_LABEL : VOID_LABEL;
        begin(RECEIPT_LABEL);
        cmac.update(label, (short) 0, (short) label.length);
        cmac.update(ticket, (short) 0, LENGTH);
        if (kind == DONE) {
            cmac.update(digest, digestOffset, KeySlot.DIGEST);
        }
        cmac.finish(ram.hash, (short) 0);
    }

    private void begin(byte[] label) {
        byte[] secret = ram.secret;
        group.deriveKey(secret, GROUP_KEY);
        kdf.derive(secret, GROUP_KEY, label, secret, (short) 0, (short) 0, AES_256, secret, MAC_KEY);
        cmac.init(secret, MAC_KEY);
        Util.arrayFillNonAtomic(secret, (short) 0, (short) secret.length, (byte) 0);
    }

    /** Writes the ticket template into Ram.aux; returns its length. */
    short write(byte[] ticket) {
        mac(ticket, (short) 0);
        short at = append(TEMPLATE_HEAD, (short) 0);
        at = Util.arrayCopyNonAtomic(ticket, (short) 0, ram.aux, at, LENGTH);
        at = append(MAC_HEAD, at);
        return Util.arrayCopyNonAtomic(ram.hash, (short) 0, ram.aux, at, Cmac.MAC);
    }

    /**
     * Where T begins in the ticket template at the start of Ram.work; -1 unless the template is exactly as it should
     * be.
     */
    short find(short length) {
        short ticket = (short) TEMPLATE_HEAD.length;
        boolean good = length == TEMPLATE
                && starts(TEMPLATE_HEAD, (short) 0)
                && starts(MAC_HEAD, (short) (ticket + LENGTH));
        return good ? ticket : -1;
    }

    /** Whether the MAC behind the T at {@code ticket} in Ram.work is right. */
    boolean isAuthentic(short ticket) {
        mac(ram.work, ticket);
        short at = (short) (ticket + LENGTH + MAC_HEAD.length);
        return ConstantTime.difference(ram.hash, (short) 0, ram.work, at, Cmac.MAC) == 0;
    }

    /** Writes a receipt template into Ram.aux; returns its length. */
    short writeReceipt(byte kind, byte[] mac) {
        short at = append(RECEIPT_HEAD, (short) 0);
        ram.aux[at++] = kind;
        at = append(MAC_HEAD, at);
        return Util.arrayCopyNonAtomic(mac, (short) 0, ram.aux, at, Cmac.MAC);
    }

    /** The kind of the receipt template at the start of Ram.work, its MAC at RECEIPT_MAC; 0 for anything else. */
    byte receiptKind(short length) {
        byte kind = ram.work[RECEIPT_KIND];
        boolean good = length == RECEIPT
                && starts(RECEIPT_HEAD, (short) 0)
                && starts(MAC_HEAD, (short) (RECEIPT_KIND + 1))
                && (kind == DONE || kind == VOID);
        return good ? kind : 0;
    }

    private short append(byte[] bytes, short at) {
        return Util.arrayCopyNonAtomic(bytes, (short) 0, ram.aux, at, (short) bytes.length);
    }

    private boolean starts(byte[] bytes, short at) {
        return Util.arrayCompare(bytes, (short) 0, ram.work, at, (short) bytes.length) == 0;
    }
}

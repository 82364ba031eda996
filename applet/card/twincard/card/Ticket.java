package twincard.card;

import javacard.framework.Util;

/**
 * What both sides of duplication know: the ticket T, by which a backup asks for a key, and the MACs under the key group
 * that speak of it.
 */
abstract class Ticket extends CardPart {
    /** T = version ‖ mode ‖ purpose ‖ idB ‖ idO ‖ nonce. */
    static final short LENGTH = 51;
    static final short MODE = 1;
    static final short PURPOSE = 2;
    static final short ID_B = 3;
    static final short ID_O = 19;
    /** It begins with the number of the ticket among those that its card has drawn, 2 bytes, from 1. */
    static final short NONCE = 35;
    static final short NONCE_LENGTH = 16;
    /** Bytes that the state report tells of it: an id, nonce and mode. */
    static final short REPORTED = 33;
    static final byte VERSION = 1;
    static final byte FOR_BACKUP = 1;
    /** The key comes from the key service, without an archive key. */
    static final byte FROM_SERVICE = 2;

    /** E1 { 80 T, 81 MAC }, in base mode, and where T begins. */
    static final short TEMPLATE = 73;
    static final short T = 4;
    private static final byte[] TEMPLATE_HEAD = {Tag.TICKET, 0x47, (byte) 0x80, 0x33};
    private static final byte[] MAC_HEAD = {(byte) 0x81, 0x10};

    /** E3 { 80 kind, 81 MAC }, in base mode. */
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


    Ticket(Core core) {
        super(core);
    }

    /** CMAC(K_T, T) into Ram.hash. */
    void mac(byte[] ticket, short offset) {
        begin(ticket[(short) (offset + PURPOSE)], TICKET_LABEL);
        cmac.update(ticket, offset, LENGTH);
        cmac.finish(hash, (short) 0);
    }

    /** The MAC of a receipt into Ram.hash; digest ‖ archive id of the key belong to kind DONE only. */
    void receiptMac(byte kind, byte[] ticket, byte[] identity) {
        byte[] label = kind == DONE ? DONE_LABEL : VOID_LABEL;
        begin(ticket[PURPOSE], RECEIPT_LABEL);
        cmac.update(label, (short) 0, (short) label.length);
        cmac.update(ticket, (short) 0, LENGTH);
        if (kind == DONE) {
            cmac.update(identity, (short) 0, ticket[PURPOSE] == FOR_BACKUP ? KeySlot.IDENTITY : KeySlot.DIGEST);
        }
        cmac.finish(hash, (short) 0);
    }

    /** {@link #receiptMac}, and the signature that the mode adds to it. */
    void signReceipt(byte kind, byte[] ticket, byte[] identity) {
        receiptMac(kind, ticket, identity);
        duplicationMode.signReceipt(kind, ticket);
    }

    private void begin(byte purpose, byte[] label) {
        byte[] secret = this.secret;
        group.deriveKey(purpose, secret, GROUP_KEY);
        cmac.derive(secret, GROUP_KEY, label, secret, (short) 0, (short) 0, AES_256, secret, MAC_KEY);
        cmac.init(secret, MAC_KEY);
        Ram.clear(secret);
    }

    /** Writes the ticket template into Ram.aux; returns its length. */
    short write(byte[] ticket) {
        byte[] aux = this.aux;
        mac(ticket, (short) 0);
        short at = Template.copy(TEMPLATE_HEAD, aux, (short) 0);
        at = Util.arrayCopyNonAtomic(ticket, (short) 0, aux, at, LENGTH);
        at = Template.copy(MAC_HEAD, aux, at);
        Util.arrayCopyNonAtomic(hash, (short) 0, aux, at, Cmac.MAC);
        return duplicationMode.completeTicket(ticket, TEMPLATE);
    }

    /** Whether Ram.work begins with a ticket template, in the form of either mode; T is then at its place. */
    boolean isTemplate(short length) {
        return (length == TEMPLATE || duplicationMode.strip(length))
                && Template.stands(TEMPLATE_HEAD, work, (short) 0)
                && Template.stands(MAC_HEAD, work, (short) (T + LENGTH));
    }

    /** Whether the MAC behind the T in Ram.work is right. */
    boolean isAuthentic() {
        mac(work, T);
        short at = (short) (T + LENGTH + MAC_HEAD.length);
        return ConstantTime.difference(hash, (short) 0, work, at, Cmac.MAC) == 0;
    }

    /** Writes a receipt template into Ram.aux; returns its length. */
    short writeReceipt(byte kind, byte[] ticket, byte[] mac) {
        short at = Template.copy(RECEIPT_HEAD, aux, (short) 0);
        aux[at++] = kind;
        at = Template.copy(MAC_HEAD, aux, at);
        Util.arrayCopyNonAtomic(mac, (short) 0, aux, at, Cmac.MAC);
        return duplicationMode.completeReceipt(kind, ticket, RECEIPT);
    }

    /**
     * The kind of the receipt template at the start of Ram.work, in the form of either mode, its MAC at RECEIPT_MAC; 0
     * for anything else.
     */
    byte receiptKind(short length) {
        byte kind = work[RECEIPT_KIND];
        boolean good = (length == RECEIPT || duplicationMode.strip(length))
                && Template.stands(RECEIPT_HEAD, work, (short) 0)
                && Template.stands(MAC_HEAD, work, (short) (RECEIPT_KIND + 1))
                && (kind == DONE || kind == VOID);
        return good ? kind : 0;
    }

    /** Writes one of the ids, the nonce and the mode of T, for the state report; returns the offset behind them. */
    static short report(byte[] ticket, short id, byte[] out, short offset) {
        offset = Util.arrayCopyNonAtomic(ticket, id, out, offset, Authority.ID);
        offset = Util.arrayCopyNonAtomic(ticket, NONCE, out, offset, NONCE_LENGTH);
        out[offset] = ticket[MODE];
        return (short) (offset + 1);
    }
}

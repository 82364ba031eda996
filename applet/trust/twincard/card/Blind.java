package twincard.card;

import javacard.framework.Util;
import javacard.security.ECPrivateKey;
import javacard.security.ECPublicKey;
import javacard.security.KeyPair;
import javacard.security.MessageDigest;
import twincard.card.CommandRules.Ins;

/**
 * Host-blind mode: each card adds an ephemeral point to its message and signs it, and their shared secret goes into the
 * key of the key block. What was drawn and signed is kept until it is replaced, and returned unchanged; the ephemeral
 * scalar only as long as the ticket or the export is open.
 */
final class Blind extends DuplicationMode {
    /** What follows in ticket and export: 82 41 own point, 83 40 own signature; kept in this form. */
    private static final short TAIL = 133;
    private static final short POINT = 2;
    private static final short SIGNATURE_HEAD = 67;
    private static final short SIGNATURE = 69;
    private static final short HEAD = 2;
    private static final byte SERVICE_TAG = (byte) 0x91;
    private static final byte[] FORM = {(byte) 0x82, 0x41, (byte) 0x83, 0x40};
    /** Kept behind it: the other card's point; an original keeps the backup's device key too. */
    private static final short OTHER_POINT = 133;
    private static final short OTHER_DEVICE = 198;
    /** On a backup the receipts' signatures: that of a done one once the other card's point has been used. */
    private static final short DONE_SIGNATURE = 133;
    private static final short VOID_SIGNATURE = 198;
    private static final short KEPT = 263;

    /** E1 81 CC …: one byte more than in base mode before T. */
    private static final short TICKET = Ticket.TEMPLATE + 1 + TAIL;
    private static final byte[] TICKET_HEAD = {Tag.TICKET, (byte) 0x81, (byte) 0xCC};
    /** E3 57 …: another length in the same place. */
    private static final short RECEIPT = Ticket.RECEIPT + HEAD + Ecdsa.SIGNATURE;
    private static final byte RECEIPT_LENGTH = 0x57;
    private static final byte BASE_RECEIPT_LENGTH = 0x15;
    private static final byte BASE_TICKET_LENGTH = 0x47;
    /** In Ram.work, after stripping: point and signature of a ticket, signature of a receipt. */
    private static final short TICKET_POINT = Ticket.TEMPLATE + POINT;
    private static final short TICKET_SIGNATURE = Ticket.TEMPLATE + SIGNATURE;
    private static final short RECEIPT_SIGNATURE = Ticket.RECEIPT + HEAD;

    private static final byte[] RSA_HEAD = {
        Tag.EXPORT, (byte) 0x82, 0x04, 0x79, (byte) 0x80, (byte) 0x82, 0x03, (byte) 0xF0
    };
    private static final byte[] EC_HEAD = {
        Tag.EXPORT, (byte) 0x82, 0x01, 0x48, (byte) 0x80, (byte) 0x81, (byte) 0xC0
    };
    /** Without an archive key. */
    private static final byte[] SERVICE_RSA_HEAD = {
        Tag.EXPORT, (byte) 0x82, 0x04, 0x59, (byte) 0x80, (byte) 0x82, 0x03, (byte) 0xD0
    };
    private static final byte[] SERVICE_EC_HEAD = {
        Tag.EXPORT, (byte) 0x82, 0x01, 0x18, (byte) 0x80, (byte) 0x81, (byte) 0x90
    };

    /** "twincard/ticket/1" */
    private static final byte[] TICKET_LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 't', 'i', 'c', 'k', 'e', 't', '/', '1'
    };
    /** "twincard/export/1" */
    private static final byte[] EXPORT_LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 'e', 'x', 'p', 'o', 'r', 't', '/', '1'
    };
    /** "twincard/receipt/1" */
    private static final byte[] RECEIPT_LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 'r', 'e', 'c', 'e', 'i', 'p', 't', '/', '1'
    };
    /** "twincard/blind/1" */
    private static final byte[] BLIND_LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 'b', 'l', 'i', 'n', 'd', '/', '1'
    };

    /** "twincard/service/1" */
    private static final byte[] SERVICE_LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 's', 'e', 'r', 'v', 'i', 'c', 'e', '/', '1'
    };

    /** In Ram.secret and Ram.hash, beside what stands at their beginnings. */
    private static final short BESIDE = 32;
    private static final short KEY = 32;
    /** In Ram.aux: a new point, behind the T of a new ticket. */
    private static final short NEW_POINT = 64;

    private final Core core;
    private final Device device;
    private final Certification certification;
    private final Peer peer;
    private final ECPrivateKey scalar = P256.privateKey();
    private final ECPublicKey open = P256.publicKey();
    private final KeyPair ephemeral = new KeyPair(open, scalar);
    private final byte[] kept = new byte[KEPT];
    /** The ephemeral scalar may be there. */
    private boolean used;
    /** Where the decipher key of an original is from: 0 this card, else as in {@link Peer#origin}. */
    private byte origin;

    Blind(Core core, Device device, Certification certification, Peer peer) {
        super(core);
        this.core = core;
        this.device = device;
        this.certification = certification;
        this.peer = peer;
        Util.arrayCopyNonAtomic(FORM, (short) 0, kept, (short) 0, HEAD);
        Util.arrayCopyNonAtomic(FORM, HEAD, kept, SIGNATURE_HEAD, HEAD);
    }

    @Override
    boolean has(byte mode) {
        return mode == BLIND || mode == BASE && authority.role == Authority.BACKUP;
    }

    @Override
    void require(byte mode) {
        if (mode == BLIND) {
            certification.require();
        } else if (authority.policy(Authority.BASE_MODE_FORBIDDEN)) {
            Refusal.state();
        }
    }

    @Override
    boolean strip(short length) {
        byte[] data = work;
        if (length == TICKET) {
            boolean good = Template.stands(TICKET_HEAD, data, (short) 0) && isTail(data, (short) (Ticket.TEMPLATE + 1));
            if (good) {
                Util.arrayCopyNonAtomic(data, (short) 1, data, (short) 0, (short) (TICKET - 1));
                data[0] = Tag.TICKET;
                data[1] = BASE_TICKET_LENGTH;
            }
            return good;
        }
        boolean good = length == RECEIPT
                && data[1] == RECEIPT_LENGTH
                && Util.arrayCompare(data, Ticket.RECEIPT, FORM, HEAD, HEAD) == 0;
        if (good) {
            data[1] = BASE_RECEIPT_LENGTH;
        }
        return good;
    }

    /** Whether point and signature have their heads there. */
    private boolean isTail(byte[] data, short at) {
        return Util.arrayCompare(data, at, FORM, (short) 0, HEAD) == 0
                && Util.arrayCompare(data, (short) (at + SIGNATURE_HEAD), FORM, HEAD, HEAD) == 0;
    }

    @Override
    void beginTicket() {
        if (core.export.isPending) {
            Refusal.state();
        }
        if (aux[Ticket.MODE] == BLIND) {
            draw(TICKET_LABEL, aux, (short) 0, false);
        }
    }

    @Override
    short completeTicket(byte[] ticket, short length) {
        if (ticket[Ticket.MODE] != BLIND) {
            return length;
        }
        byte[] out = aux;
        Util.arrayCopyNonAtomic(out, (short) 0, out, (short) 1, length);
        Template.copy(TICKET_HEAD, out, (short) 0);
        return Util.arrayCopyNonAtomic(kept, (short) 0, out, (short) (length + 1), TAIL);
    }

    @Override
    void verifyTicket() {
        byte[] data = work;
        if (data[(short) (Ticket.T + Ticket.MODE)] != BLIND) {
            return;
        }
        peer.require(Authority.BACKUP, data, (short) (Ticket.T + Ticket.ID_B));
        ecdh.requirePoint(data, TICKET_POINT);
        Ecdsa ecdsa = device.beginVerify(peer.point, (short) 0, TICKET_LABEL);
        ecdsa.update(data, Ticket.T, Ticket.LENGTH);
        requireSignature(ecdsa.verify(data, TICKET_POINT, P256.POINT, data, TICKET_SIGNATURE));
    }

    private static void requireSignature(boolean good) {
        if (!good) {
            Refusal.check();
        }
    }

    @Override
    boolean isPending() {
        byte[] data = work;
        return data[(short) (Ticket.T + Ticket.MODE)] != BLIND
                || Util.arrayCompare(data, TICKET_POINT, kept, OTHER_POINT, P256.POINT) == 0;
    }

    @Override
    void beginExport() {
        if (core.imports.state == Import.TICKETED) {
            Refusal.state();
        }
        // Its receipt, and the other card's keys, are kept in one place.
        core.imports.forget();
        byte[] data = work;
        if (data[(short) (Ticket.T + Ticket.MODE)] == BLIND) {
            Util.arrayCopyNonAtomic(data, TICKET_POINT, kept, OTHER_POINT, P256.POINT);
            Util.arrayCopyNonAtomic(peer.point, (short) 0, kept, OTHER_DEVICE, P256.POINT);
            draw(EXPORT_LABEL, data, Ticket.T, true);
        }
    }

    /** Draws the ephemeral pair; signs label ‖ T ‖ own point, or label ‖ T ‖ the other's ‖ own. */
    private void draw(byte[] label, byte[] ticket, short offset, boolean bothPoints) {
        byte[] point = aux;
        used = true;
        Ecdh.generate(ephemeral, scalar, open, hash, (short) 0);
        open.getW(point, NEW_POINT);
        Util.arrayCopyNonAtomic(point, NEW_POINT, kept, POINT, P256.POINT);
        Ecdsa ecdsa = device.beginSign(label);
        ecdsa.update(ticket, offset, Ticket.LENGTH);
        if (bothPoints) {
            ecdsa.update(kept, OTHER_POINT, P256.POINT);
        }
        ecdsa.sign(point, NEW_POINT, P256.POINT, kept, SIGNATURE);
    }

    @Override
    byte[] exportHead(byte[] ticket, byte type) {
        if (ticket[Ticket.MODE] != BLIND) {
            return super.exportHead(ticket, type);
        }
        if (isService(ticket)) {
            return type == KeySlot.RSA_2048 ? SERVICE_RSA_HEAD : SERVICE_EC_HEAD;
        }
        return type == KeySlot.RSA_2048 ? RSA_HEAD : EC_HEAD;
    }

    private static boolean isService(byte[] ticket) {
        return ticket[Ticket.PURPOSE] == Ticket.FROM_SERVICE;
    }

    @Override
    void replaced() {
        origin = flags[Ram.INS] == Ins.IMPORT_KEY ? peer.origin() : 0;
    }

    @Override
    short report(short at) {
        if (authority.role != Authority.ORIGINAL) {
            return at;
        }
        byte[] out = aux;
        byte state = core.imports.state;
        boolean bare = state == Import.EMPTY;
        out[at++] = SERVICE_TAG;
        out[at++] = bare ? (byte) 2 : (byte) (2 + Authority.ID);
        out[at++] = state;
        out[at++] = origin;
        return bare ? at : Util.arrayCopyNonAtomic(core.imports.ticket, Ticket.ID_O, out, at, Authority.ID);
    }

    @Override
    short exportTail(byte mode) {
        return mode == BLIND ? TAIL : 0;
    }

    @Override
    short completeExport(byte mode, short at) {
        return Util.arrayCopyNonAtomic(kept, (short) 0, store, at, exportTail(mode));
    }

    @Override
    void verifyExport(byte[] ticket, short length) {
        if (ticket[Ticket.MODE] != BLIND) {
            return;
        }
        byte[] data = store;
        short at = (short) (length - TAIL);
        short point = (short) (at + POINT);
        peer.require(isService(ticket) ? Peer.SERVICE : Authority.ORIGINAL, ticket, Ticket.ID_O);
        requireSignature(isTail(data, at) && CurveCheck.isPoint(data, point, ram.cmac));
        Util.arrayCopyNonAtomic(data, point, kept, OTHER_POINT, P256.POINT);
        Ecdsa ecdsa = device.beginVerify(peer.point, (short) 0, EXPORT_LABEL);
        ecdsa.update(ticket, (short) 0, Ticket.LENGTH);
        ecdsa.update(kept, POINT, P256.POINT);
        requireSignature(ecdsa.verify(kept, OTHER_POINT, P256.POINT, data, (short) (at + SIGNATURE)));
    }

    @Override
    void mix(byte[] ticket) {
        if (ticket[Ticket.MODE] != BLIND) {
            return;
        }
        byte[] keys = secret;
        byte[] digest = hash;
        MessageDigest sha256 = chip.sha256;
        boolean service = isService(ticket);
        boolean sender = authority.role == Authority.ORIGINAL && !service;
        byte[] label = service ? SERVICE_LABEL : BLIND_LABEL;
        sha256.update(ticket, (short) 0, Ticket.LENGTH);
        sha256.update(kept, sender ? OTHER_POINT : POINT, P256.POINT);
        sha256.doFinal(kept, sender ? POINT : OTHER_POINT, P256.POINT, digest, BESIDE);
        ecdh.agree(scalar, kept, OTHER_POINT, keys, BESIDE);
        chip.hash(KeyGroup.PREFIX);
        sha256.update(keys, BESIDE, KEY);
        sha256.update(keys, (short) 0, KEY);
        chip.hash(label);
        sha256.doFinal(digest, BESIDE, KEY, keys, (short) 0);
        Util.arrayFillNonAtomic(keys, BESIDE, KEY, (byte) 0);
    }

    @Override
    void signReceipt(byte kind, byte[] ticket) {
        if (ticket[Ticket.MODE] == BLIND) {
            Ecdsa ecdsa = device.beginSign(RECEIPT_LABEL);
            updateReceipt(ecdsa, kind, ticket);
            ecdsa.sign(hash, (short) 0, Cmac.MAC, kept, signatureOf(kind));
        }
    }

    private void updateReceipt(Ecdsa ecdsa, byte kind, byte[] ticket) {
        ram.number[0] = kind;
        ecdsa.update(ram.number, (short) 0, (short) 1);
        ecdsa.update(ticket, (short) 0, Ticket.LENGTH);
    }

    private static short signatureOf(byte kind) {
        return kind == Ticket.DONE ? DONE_SIGNATURE : VOID_SIGNATURE;
    }

    @Override
    short completeReceipt(byte kind, byte[] ticket, short length) {
        if (ticket[Ticket.MODE] != BLIND) {
            return length;
        }
        byte[] out = aux;
        out[1] = RECEIPT_LENGTH;
        short at = Util.arrayCopyNonAtomic(FORM, HEAD, out, length, HEAD);
        return Util.arrayCopyNonAtomic(kept, signatureOf(kind), out, at, Ecdsa.SIGNATURE);
    }

    @Override
    void verifyReceipt(byte kind, byte[] ticket) {
        if (ticket[Ticket.MODE] == BLIND) {
            byte[] data = work;
            Ecdsa ecdsa = device.beginVerify(kept, OTHER_DEVICE, RECEIPT_LABEL);
            updateReceipt(ecdsa, kind, ticket);
            requireSignature(ecdsa.verify(data, Ticket.RECEIPT_MAC, Cmac.MAC, data, RECEIPT_SIGNATURE));
        }
    }

    @Override
    void resume() {
        if (used && !core.export.isPending && core.imports.state != Import.TICKETED) {
            wipe();
        }
    }

    /** Wipes the ephemeral scalar; may be repeated. */
    void wipe() {
        scalar.clearKey();
        used = false;
    }
}

package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/** GET DATA: the state report, the used slots, the receipt. Public all of it; built in Ram.aux. */
final class Report extends CardPart {
    static final short VERSION = 0x0102;
    /** Features; others are in KeyEncryption and the parts. */
    private static final short RSA = 0x0001;
    private static final short EC = 0x0002;
    private static final short CHECKS_POINTS = 0x0004;
    private static final short EXTENDED_LENGTH = 0x0008;

    private static final byte NOT_RELEASED = 2;

    /** Behind tag and a length in two bytes. */
    private static final short BODY = 3;
    /** Where the AID stands in the answer to SELECT. */
    private static final short SELECTED_AID = 4;

    /** What the chip was found to have at installation, and the parts, as the bits of the interface. */
    private final short features;
    private final Export export;
    private final Import imports;
    private final FileSystem files;
    private final Contacts contacts;

    Report(Core core, boolean extendedLength) {
        super(core);
        // All that must be there is made by now.
        core.encryption.complete();
        export = core.export;
        imports = core.imports;
        files = core.files;
        contacts = core.contacts;
        short found = (short) (parts.features() | core.encryption.features);
        found |= bit(rsa != null, RSA);
        found |= bit(ecdh != null, EC);
        found |= bit(ecdh != null && ecdh.chipChecks, CHECKS_POINTS);
        found |= bit(extendedLength, EXTENDED_LENGTH);
        features = found;
    }

    private static short bit(boolean there, short bit) {
        return there ? bit : 0;
    }

    /** GET DATA of the object whose tag is in P1 and P2. */
    short get() {
        switch (Util.getShort(flags, Ram.P1)) {
            case Tag.REPORT & 0xFF:
                return finish(Tag.REPORT, state());
            case Tag.USED_SLOTS & 0xFF:
                return finish(Tag.USED_SLOTS, slots());
            case Tag.RECEIPT & 0xFF:
                return imports.readReceipt();
            case IsoApplet.DATA_OBJECT:
                if (IsoApplet.isAid(aux, SELECTED_AID, readAid())) {
                    return IsoApplet.write(IsoApplet.NEWER, parts.openScFeatures(), aux);
                }
                return other();
            default:
                return other();
        }
    }

    private short other() {
        short length = parts.data();
        if (length == 0) {
            requireP1((byte) 0);
            Refusal.notFound();
        }
        return length;
    }

    /** Writes the AID under which the applet was installed to where it stands; returns its length. */
    private byte readAid() {
        return JCSystem.getAID().getBytes(aux, SELECTED_AID);
    }

    /** Answer to SELECT by AID: FCI with AID, version and features; under OpenSC's AID what that wants. */
    short select() {
        byte aidLength = readAid();
        byte[] out = aux;
        if (IsoApplet.isAid(out, SELECTED_AID, aidLength)) {
            return IsoApplet.write(IsoApplet.OLDER, IsoApplet.RANDOM, out);
        }
        out[0] = Tag.FCI;
        out[1] = (byte) (aidLength + 12);
        out[2] = Tag.AID;
        out[3] = aidLength;
        short at = (short) (SELECTED_AID + aidLength);
        out[at++] = Tag.PROPRIETARY;
        out[at++] = 8;
        at = number((byte) 0x80, VERSION, at);
        return number((byte) 0x81, features, at);
    }

    private short state() {
        Authority authority = this.authority;
        byte[] out = aux;
        short at = number((byte) 0x80, VERSION, BODY);
        at = number((byte) 0x81, features, at);
        at = head((byte) 0x82, Authority.ID, at);
        at = Util.arrayCopyNonAtomic(authority.cardId, (short) 0, out, at, Authority.ID);
        at = single((byte) 0x83, authority.lifeCycle, at);
        at = single((byte) 0x84, authority.role, at);
        at = head((byte) 0x85, (short) 2, at);
        out[at++] = authority.backups;
        out[at++] = authority.policy;
        at = head((byte) 0x86, (short) 3, at);
        out[at++] = authority.pinTries();
        out[at++] = authority.pukTries();
        out[at++] = authority.transportPin ? (byte) 1 : (byte) 0;
        at = groupState(at);
        at = keyState(at);
        if (authority.role == Authority.ORIGINAL) {
            at = exportState(at);
        } else if (authority.role == Authority.BACKUP) {
            at = importState(at);
        }
        at = head((byte) 0x8C, (short) 4, at);
        at = Util.setShort(out, at, files.bytesFree());
        out[at++] = (byte) files.filesFree();
        out[at++] = contacts.places();
        at = parts.report(at);
        if (key.present()) {
            at = head((byte) 0x90, KeySlot.ARCHIVE_ID, at);
            at = Template.copy(key.archiveId, out, at);
        }
        return duplicationMode.report(at);
    }

    private short groupState(short at) {
        byte size = group.size;
        if (size != 0) {
            at = head((byte) 0x87, (short) (KeyGroup.ID + 1), at);
            at = Template.copy(group.id, aux, at);
            aux[at++] = size;
            at = head((byte) 0x88, (short) (size * 4), at);
            at = group.writePlaces(aux, at);
        }
        return at;
    }

    private short keyState(short at) {
        if (key.present()) {
            at = head((byte) 0x89, (short) (2 + KeySlot.DIGEST), at);
            aux[at++] = key.type;
            aux[at++] = !key.publicKept ? (byte) 0 : export.released() ? (byte) 1 : NOT_RELEASED;
            at = Template.copy(key.digest, aux, at);
        }
        return at;
    }

    private short exportState(short at) {
        boolean pending = export.isPending;
        short more = pending ? Ticket.REPORTED : 0;
        at = head((byte) 0x8A, (short) (2 + more), at);
        aux[at++] = pending ? Export.PENDING : export.used == 0 ? Export.NONE : Export.DONE;
        aux[at++] = export.used;
        return pending ? Ticket.report(export.pending, Ticket.ID_B, aux, at) : at;
    }

    private short importState(short at) {
        boolean empty = imports.state == Import.EMPTY;
        short more = empty ? 0 : Ticket.REPORTED;
        at = head((byte) 0x8B, (short) (1 + more), at);
        aux[at++] = imports.state;
        return empty ? at : Ticket.report(imports.ticket, Ticket.ID_O, aux, at);
    }

    private short slots() {
        short at = BODY;
        for (byte i = 0; i < export.used; i++) {
            at = head((byte) 0x80, (short) (1 + Authority.ID), at);
            at = export.writeSlot(i, aux, at);
        }
        return at;
    }

    /** Sets tag and length before a body that ends at {@code end}; moves it to the left where the length is short. */
    private short finish(byte tag, short end) {
        byte[] out = aux;
        short length = (short) (end - BODY);
        out[0] = tag;
        if (length > 0x7F) {
            out[1] = (byte) 0x81;
            out[2] = (byte) length;
            return end;
        }
        out[1] = (byte) length;
        Util.arrayCopyNonAtomic(out, BODY, out, (short) 2, length);
        return (short) (2 + length);
    }

    private short head(byte tag, short length, short at) {
        aux[at++] = tag;
        aux[at++] = (byte) length;
        return at;
    }

    private short single(byte tag, byte value, short at) {
        at = head(tag, (short) 1, at);
        aux[at++] = value;
        return at;
    }

    private short number(byte tag, short value, short at) {
        at = head(tag, (short) 2, at);
        return Util.setShort(aux, at, value);
    }
}

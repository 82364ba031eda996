package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/** Other people's public keys, in numbered places from 1, each with the authority that wrote it. */
final class Contacts extends CardPart {
    /** The owner's part of a state byte; the key type is added. An empty place has 00. */
    static final byte BY_ISSUER = 0x10;
    static final byte BY_USER = 0x20;

    private static final byte PUT_AS_USER = 0x00;
    private static final byte PUT_AS_ISSUER = 0x01;
    private static final byte LIST = 0x00;
    /** A state byte, written last and cleared first, and a template. */
    private static final short RECORD = PublicKeys.MAX_LENGTH + 1;

    private final byte[] records;

    /** @param places 0 to 16 */
    Contacts(Core core, short places) {
        super(core);
        records = new byte[(short) (places * RECORD)];
    }

    byte places() {
        return (byte) (records.length / RECORD);
    }

    /** PUT CONTACT: the template in the work buffer, into place P1. */
    void put(short length) {
        short record = record();
        boolean asIssuer = flags[Ram.P2] == PUT_AS_ISSUER;
        if (!asIssuer) {
            requireP2(PUT_AS_USER);
        }
        Authority.require(asIssuer ? authority.issuer() : isUsers(record));
        byte state = (byte) (PublicKeys.check(work, length, ram.cmac) | (asIssuer ? BY_ISSUER : BY_USER));
        if (records[record] != 0) {
            // What empties the place is noted: the power may fail before anything else is there.
            setState(record, (byte) 0, asIssuer);
            asIssuer = false;
        }
        Util.arrayCopyNonAtomic(work, (short) 0, records, (short) (record + 1), length);
        setState(record, state, asIssuer);
    }

    /** DELETE CONTACT: place P1. */
    void delete() {
        short record = record();
        requireP2((byte) 0);
        Authority.require(authority.issuer() || isUsers(record));
        requireFilled(record);
        setState(record, (byte) 0, authority.issuer());
        Util.arrayFillNonAtomic(records, record, RECORD, (byte) 0);
    }

    /** What makes a contact, or ends it. */
    private void setState(short record, byte state, boolean noted) {
        JCSystem.beginTransaction();
        records[record] = state;
        if (noted) {
            log.note(Log.CONTACT_BY_ISSUER, flags[Ram.P1]);
        }
        JCSystem.commitTransaction();
    }

    /** Whether the user acts, and may on this record. */
    private boolean isUsers(short record) {
        return authority.user() && (records[record] & BY_ISSUER) == 0;
    }

    /** GET CONTACT: the template in place P1, or with P1 = 00 the state bytes of all places. */
    short get() {
        requireP2((byte) 0);
        if (flags[Ram.P1] != LIST) {
            return copy(record());
        }
        short places = 0;
        for (short record = 0; record < (short) records.length; record += RECORD) {
            aux[places++] = records[record];
        }
        return places;
    }

    /**
     * Copies the template in this place to the beginning of {@link Ram#aux}; 6A88 where there is none.
     *
     * @return whether the issuer wrote it
     */
    boolean read(short place) {
        if (place < 1 || place > places()) {
            Refusal.notFound();
        }
        short record = start(place);
        copy(record);
        return (records[record] & BY_ISSUER) != 0;
    }

    private short copy(short record) {
        requireFilled(record);
        short template = (short) (record + 1);
        return Util.arrayCopyNonAtomic(records, template, aux, (short) 0, PublicKeys.length(records, template));
    }

    /** Forgets all; may be repeated. */
    void wipe() {
        Ram.clear(records);
    }

    /** Where the record of place P1 begins; 6A86 without such a place. */
    private short record() {
        short place = flags[Ram.P1];
        if (place < 1 || place > places()) {
            Refusal.parameters();
        }
        return start(place);
    }

    private static short start(short place) {
        return (short) ((short) (place - 1) * RECORD);
    }

    private void requireFilled(short record) {
        if (records[record] == 0) {
            Refusal.notFound();
        }
    }
}

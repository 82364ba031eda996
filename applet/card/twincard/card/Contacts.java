package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.Util;

/** Other people's public keys, in numbered places from 1, each with the authority that wrote it. */
final class Contacts {
    /** The owner's part of a state byte; the key type is added. An empty place has 00. */
    static final byte BY_ISSUER = 0x10;
    static final byte BY_USER = 0x20;

    private static final byte PUT_AS_USER = 0x00;
    private static final byte PUT_AS_ISSUER = 0x01;
    private static final byte LIST = 0x00;
    /** A state byte, written last and cleared first, and a template. */
    private static final short RECORD = PublicKeys.MAX_LENGTH + 1;

    private final Ram ram;
    private final Authority authority;
    private final byte[] records;

    /** @param places 0 to 16 */
    Contacts(Ram ram, Authority authority, short places) {
        this.ram = ram;
        this.authority = authority;
        records = new byte[(short) (places * RECORD)];
    }

    byte places() {
        return (byte) (records.length / RECORD);
    }

    /** PUT CONTACT: the template in the work buffer, into place P1. */
    void put(short length) {
        short record = record();
        boolean asIssuer = ram.flags[Ram.P2] == PUT_AS_ISSUER;
        if (!asIssuer) {
            Apdu.requireP2(ram, PUT_AS_USER);
        }
        Authority.require(asIssuer ? authority.issuer() : authority.user() && (records[record] & BY_ISSUER) == 0);
        byte type = PublicKeys.check(ram.work, length, ram.cmac);
        records[record] = 0;
        Util.arrayCopyNonAtomic(ram.work, (short) 0, records, (short) (record + 1), length);
        records[record] = (byte) (type | (asIssuer ? BY_ISSUER : BY_USER));
    }

    /** DELETE CONTACT: place P1. */
    void delete(short length) {
        short record = record();
        Apdu.requireP2(ram, (byte) 0);
        Authority.require(authority.issuer() || authority.user() && (records[record] & BY_ISSUER) == 0);
        Apdu.requireLength(length, (short) 0);
        requireFilled(record);
        records[record] = 0;
        Util.arrayFillNonAtomic(records, record, RECORD, (byte) 0);
    }

    /** GET CONTACT: the template in place P1, or with P1 = 00 the state bytes of all places. */
    short get() {
        Apdu.requireP2(ram, (byte) 0);
        return ram.flags[Ram.P1] == LIST ? list() : copyRecord(record(), ram.aux);
    }

    private short list() {
        short places = places();
        for (short i = 0; i < places; i++) {
            ram.aux[i] = records[(short) (i * RECORD)];
        }
        return places;
    }

    /** Whether there is such a place, and a key in it. */
    boolean has(short place) {
        return place >= 1 && place <= places() && records[start(place)] != 0;
    }

    boolean byIssuer(short place) {
        return (records[start(place)] & BY_ISSUER) != 0;
    }

    /** Copies the template to the beginning of {@code out} and returns its length; 6A88 for an empty place. */
    short copy(short place, byte[] out) {
        return copyRecord(start(place), out);
    }

    private short copyRecord(short record, byte[] out) {
        requireFilled(record);
        short template = (short) (record + 1);
        return Util.arrayCopyNonAtomic(records, template, out, (short) 0, PublicKeys.length(records, template));
    }

    /** Forgets all; may be repeated. */
    void wipe() {
        Util.arrayFillNonAtomic(records, (short) 0, (short) records.length, (byte) 0);
    }

    /** Where the record of place P1 begins; 6A86 without such a place. */
    private short record() {
        short place = ram.flags[Ram.P1];
        if (place < 1 || place > places()) {
            ISOException.throwIt(Sw.WRONG_P1P2);
        }
        return start(place);
    }

    private static short start(short place) {
        return (short) ((short) (place - 1) * RECORD);
    }

    private void requireFilled(short record) {
        if (records[record] == 0) {
            ISOException.throwIt(Sw.NOT_FOUND);
        }
    }
}

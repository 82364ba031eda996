package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;
import javacard.security.MessageDigest;

/** The key group: its id, its components in numbered places, and the group key they yield together. */
final class KeyGroup extends CardPart {
    static final byte PLACES = 8;
    static final short COMPONENT = 32;
    static final short KCV = 3;
    static final short ID = 16;

    /** P2 of BEGIN GROUP: without data, or with the id. */
    static final byte DRAW_ID = 0;
    private static final byte GIVEN_ID = 1;

    /** By whom a place or the group was set; these are bits. */
    private static final byte NOBODY = 0;
    private static final byte ISSUER = 1;
    private static final byte USER = 2;
    /** Beside them: the way it came, as {@link Parts#way} says; that which hides it from everybody, for good. */
    private static final byte WAY = (byte) 0xF0;
    private static final byte HIDDEN = 0x10;
    /** What a place holds: component, KCV, and, with the way it came in the upper half, set by. */
    private static final short SET_BY = COMPONENT + KCV;
    private static final short PLACE = SET_BY + 1;
    private static final byte REMEMBERED = 8;
    static final short VOIDED = Authority.ID + 2;
    /** Counter of SP 800-56C, one step. */
    static final byte[] PREFIX = {0, 0, 0, 1};
    /** "twincard/group/1" */
    private static final byte[] LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 'g', 'r', 'o', 'u', 'p', '/', '1'
    };

    final byte[] id = new byte[ID];
    private final byte[] places = new byte[(short) (PLACES * PLACE)];
    private final byte[] erasedIds = new byte[(short) (REMEMBERED * ID)];
    /** Of up to 8 backups: card id, and the number of its last ticket that was made void (0: a free place). */
    final byte[] voided = new byte[(short) (Authority.MAXIMUM_BACKUPS * VOIDED)];
    private byte erasedCount;
    /** Places of the group, 0 when there is none. */
    byte size;
    private byte groupSetBy;
    private boolean erasing;

    KeyGroup(Core core) {
        super(core);
    }

    /** BEGIN GROUP: draws the id, or takes the one given, as P2 says. */
    short begin(short length) {
        byte wanted = flags[Ram.P1];
        boolean draws = flags[Ram.P2] == DRAW_ID;
        if (wanted < 1 || wanted > PLACES) {
            Refusal.parameters();
        }
        if (!draws) {
            requireP2(GIVEN_ID);
            Apdu.requireLength(length, ID);
        }
        if (size == 0) {
            if (draws) {
                chip.random(work, (short) 0, ID);
            } else {
                if (erasedCount == REMEMBERED) {
                    ISOException.throwIt(Sw.NO_MEMORY);
                }
                for (short old = 0; old < (short) (erasedCount * ID); old += ID) {
                    if (Util.arrayCompare(work, (short) 0, erasedIds, old, ID) == 0) {
                        Refusal.state();
                    }
                }
            }
            JCSystem.beginTransaction();
            Util.arrayCopy(work, (short) 0, id, (short) 0, ID);
            groupSetBy = acting();
            size = wanted;
            log.note(Log.GROUP_BEGUN, id, (short) 0, ID);
            JCSystem.commitTransaction();
        } else if (draws || size != wanted || Util.arrayCompare(work, (short) 0, id, (short) 0, ID) != 0) {
            Refusal.state();
        }
        return Template.copy(id, aux, (short) 0);
    }

    private byte acting() {
        return authority.lifeCycle == Authority.INITIALISATION ? ISSUER : USER;
    }

    /** SET COMPONENT: component and KCV; the same again is success, and noted where it came a more open way. */
    void setComponent(short length) {
        byte[] work = this.work;
        short place = place();
        requireP2((byte) 0);
        Apdu.requireLength(length, (short) (COMPONENT + KCV));
        Util.arrayFillNonAtomic(hash, (short) 0, Cmac.BLOCK, (byte) 0);
        cmac.init(work, (short) 0);
        cmac.update(hash, (short) 0, Cmac.BLOCK);
        cmac.finish(hash, (short) 0);
        Apdu.requireData(ConstantTime.difference(hash, (short) 0, work, COMPONENT, KCV) == 0);
        byte way = parts.way();
        byte by = acting();
        if (isSet(place)) {
            if (!holds(place)) {
                Refusal.state();
            }
            by = places[(short) (place + SET_BY)];
            byte before = (byte) (by & WAY);
            if (before == 0 || before == way || way == HIDDEN) {
                return;
            }
            // It is known to whoever saw it come the more open way.
            by ^= before;
        } else {
            for (short other = 0; other < end(); other += PLACE) {
                if (isSet(other) && holds(other)) {
                    ISOException.throwIt(Sw.EXISTS);
                }
            }
        }
        work[SET_BY] = (byte) (by | way);
        JCSystem.beginTransaction();
        Util.arrayCopy(work, (short) 0, places, place, PLACE);
        // Side by side: place, way and by, KCV.
        work[(short) (COMPONENT - 2)] = flags[Ram.P1];
        work[(short) (COMPONENT - 1)] = work[SET_BY];
        log.note(Log.COMPONENT_SET, work, (short) (COMPONENT - 2), (short) (2 + KCV));
        JCSystem.commitTransaction();
    }

    private boolean isSet(short place) {
        return places[(short) (place + SET_BY)] != NOBODY;
    }

    private boolean holds(short place) {
        return ConstantTime.difference(work, (short) 0, places, place, COMPONENT) == 0;
    }

    /** Where the last place of this group ends. */
    private short end() {
        return (short) (size * PLACE);
    }

    /** Where the place begins that P1 names. */
    private short place() {
        require();
        byte number = flags[Ram.P1];
        if (number < 1 || number > size) {
            Refusal.parameters();
        }
        return (short) ((short) (number - 1) * PLACE);
    }

    /** Refuses with 6A88 where there is no group. */
    private void require() {
        if (size == 0) {
            Refusal.notFound();
        }
    }

    /** CLEAR GROUP, when the caller has seen that nothing depends on it: one component, or all and the id. */
    void clear(boolean inUse) {
        requireP2((byte) 0);
        require();
        boolean whole = flags[Ram.P1] == 0;
        short place = whole ? 0 : place();
        requireSetters(whole, place);
        if (inUse) {
            Refusal.state();
        }
        Util.arrayFillNonAtomic(hash, (short) 0, PLACE, (byte) 0);
        JCSystem.beginTransaction();
        if (whole) {
            beginErasure();
        } else {
            Util.arrayCopy(hash, (short) 0, places, place, PLACE);
            log.note(Log.COMPONENT_CLEARED, flags[Ram.P1]);
        }
        JCSystem.commitTransaction();
        resume();
    }

    private void requireSetters(boolean whole, short place) {
        byte missing = whole ? groupSetBy : NOBODY;
        for (short i = 0; i < end(); i += PLACE) {
            if (whole || i == place) {
                missing |= places[(short) (i + SET_BY)];
            }
        }
        missing &= ISSUER | USER;
        if (authority.issuer()) {
            missing &= ~ISSUER;
        }
        if (authority.pin()) {
            missing &= ~USER;
        }
        Authority.require(missing == 0);
    }

    /** First step of erasing the group, in the caller's transaction; {@link #resume} does the rest. */
    void beginErasure() {
        if (size == 0) {
            return;
        }
        if (erasedCount < REMEMBERED) {
            Util.arrayCopy(id, (short) 0, erasedIds, (short) (erasedCount * ID), ID);
            erasedCount++;
        }
        erasing = true;
        log.note(Log.GROUP_ERASED, id, (short) 0, ID);
    }

    /** Finishes an erasure; also at select. */
    void resume() {
        if (erasing) {
            wipe();
            erasing = false;
        }
    }

    /** Wipes every component and the id; may be repeated. */
    void wipe() {
        Ram.clear(places);
        Ram.clear(voided);
        Ram.clear(id);
        size = 0;
    }

    /** Refuses with 6A88 unless every component is there. */
    void requireComplete() {
        require();
        for (short place = 0; place < end(); place += PLACE) {
            if (!isSet(place)) {
                Refusal.notFound();
            }
        }
    }

    /**
     * The group key, 32 bytes: SP 800-56C one-step over all components, the id and the size; for a ticket of the key
     * service, which is in no group, zeros.
     */
    void deriveKey(byte purpose, byte[] out, short offset) {
        if (purpose == Ticket.FROM_SERVICE) {
            Util.arrayFillNonAtomic(out, offset, COMPONENT, (byte) 0);
            return;
        }
        MessageDigest sha256 = chip.sha256;
        chip.hash(PREFIX);
        for (short place = 0; place < end(); place += PLACE) {
            sha256.update(places, place, COMPONENT);
        }
        chip.hash(LABEL);
        chip.hash(id);
        ram.number[0] = size;
        sha256.doFinal(ram.number, (short) 0, (short) 1, out, offset);
    }

    /** Writes 4 bytes a place, way and set by, KCV; returns the offset behind them. */
    short writePlaces(byte[] out, short offset) {
        for (short place = 0; place < end(); place += PLACE) {
            out[offset++] = places[(short) (place + SET_BY)];
            offset = Util.arrayCopyNonAtomic(places, (short) (place + COMPONENT), out, offset, KCV);
        }
        return offset;
    }
}

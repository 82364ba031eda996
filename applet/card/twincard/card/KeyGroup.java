package twincard.card;

import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import javacard.framework.Util;

/** The key group: its id, its components in numbered places, and the group key they yield together. */
final class KeyGroup {
    static final byte PLACES = 8;
    static final short COMPONENT = 32;
    static final short KCV = 3;
    static final short ID = 16;

    private static final byte NOBODY = 0;
    private static final byte ISSUER = 1;
    private static final byte USER = 2;
    private static final byte REMEMBERED = 8;
    private static final byte[] PREFIX = {0, 0, 0, 1};
    /** "twincard/group/1" */
    private static final byte[] LABEL = {
        't', 'w', 'i', 'n', 'c', 'a', 'r', 'd', '/', 'g', 'r', 'o', 'u', 'p', '/', '1'
    };

    private final Chip chip;
    private final Ram ram;
    private final Authority authority;
    private final Cmac cmac;
    private final byte[] id = new byte[ID];
    private final byte[] components = new byte[(short) (PLACES * COMPONENT)];
    private final byte[] checkValues = new byte[(short) (PLACES * KCV)];
    private final byte[] setBy = new byte[PLACES];
    private final byte[] erasedIds = new byte[(short) (REMEMBERED * ID)];
    private byte erasedCount;
    private byte size;
    private byte groupSetBy;
    private boolean erasing;

    KeyGroup(Chip chip, Ram ram, Authority authority, Cmac cmac) {
        this.chip = chip;
        this.ram = ram;
        this.authority = authority;
        this.cmac = cmac;
    }

    /** Places of the group, 0 when there is none. */
    byte size() {
        return size;
    }

    /** BEGIN GROUP: draws the id, or takes the one given. */
    short begin(short length) {
        byte wanted = ram.flags[Ram.P1];
        Apdu.requireP2(ram, (byte) 0);
        if (wanted < 1 || wanted > PLACES) {
            ISOException.throwIt(Sw.WRONG_P1P2);
        }
        if (length != 0) {
            Apdu.requireLength(length, ID);
        }
        if (size == 0) {
            if (length == 0) {
                chip.random(ram.work, (short) 0, ID);
            } else {
                refuseErased();
            }
            JCSystem.beginTransaction();
            Util.arrayCopy(ram.work, (short) 0, id, (short) 0, ID);
            groupSetBy = acting();
            size = wanted;
            JCSystem.commitTransaction();
        } else if (length == 0 || size != wanted || Util.arrayCompare(ram.work, (short) 0, id, (short) 0, ID) != 0) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        return writeId(ram.aux, (short) 0);
    }

    private void refuseErased() {
        if (erasedCount == REMEMBERED) {
            ISOException.throwIt(Sw.NO_MEMORY);
        }
        for (byte i = 0; i < erasedCount; i++) {
            if (Util.arrayCompare(ram.work, (short) 0, erasedIds, (short) (i * ID), ID) == 0) {
                ISOException.throwIt(Sw.WRONG_STATE);
            }
        }
    }

    private byte acting() {
        return authority.lifeCycle() == Authority.INITIALISATION ? ISSUER : USER;
    }

    /** SET COMPONENT: component and KCV; the same again is success. */
    void setComponent(short length) {
        byte place = place();
        Apdu.requireP2(ram, (byte) 0);
        Apdu.requireLength(length, (short) (COMPONENT + KCV));
        cmac.init(ram.work, (short) 0);
        Util.arrayFillNonAtomic(ram.hash, (short) 0, Cmac.BLOCK, (byte) 0);
        cmac.update(ram.hash, (short) 0, Cmac.BLOCK);
        cmac.finish(ram.hash, (short) 0);
        Apdu.requireData(ConstantTime.difference(ram.hash, (short) 0, ram.work, COMPONENT, KCV) == 0);
        if (setBy[place] != NOBODY) {
            if (!holds(place)) {
                ISOException.throwIt(Sw.WRONG_STATE);
            }
            return;
        }
        for (byte other = 0; other < size; other++) {
            if (setBy[other] != NOBODY && holds(other)) {
                ISOException.throwIt(Sw.EXISTS);
            }
        }
        JCSystem.beginTransaction();
        Util.arrayCopy(ram.work, (short) 0, components, (short) (place * COMPONENT), COMPONENT);
        Util.arrayCopy(ram.work, COMPONENT, checkValues, (short) (place * KCV), KCV);
        setBy[place] = acting();
        JCSystem.commitTransaction();
    }

    private boolean holds(byte place) {
        return ConstantTime.difference(ram.work, (short) 0, components, (short) (place * COMPONENT), COMPONENT) == 0;
    }

    /** The index of the place that P1 names. */
    private byte place() {
        if (size == 0) {
            ISOException.throwIt(Sw.NOT_FOUND);
        }
        byte number = ram.flags[Ram.P1];
        if (number < 1 || number > size) {
            ISOException.throwIt(Sw.WRONG_P1P2);
        }
        return (byte) (number - 1);
    }

    /** CLEAR GROUP, when the caller has seen that nothing depends on it: one component, or all and the id. */
    void clear(boolean inUse, short length) {
        Apdu.requireP2(ram, (byte) 0);
        Apdu.requireLength(length, (short) 0);
        if (size == 0) {
            ISOException.throwIt(Sw.NOT_FOUND);
        }
        boolean whole = ram.flags[Ram.P1] == 0;
        byte place = whole ? 0 : place();
        requireSetters(whole, place);
        if (inUse) {
            ISOException.throwIt(Sw.WRONG_STATE);
        }
        if (whole) {
            JCSystem.beginTransaction();
            beginErasure();
            JCSystem.commitTransaction();
            resume();
        } else {
            clearPlace(place);
        }
    }

    private void requireSetters(boolean whole, byte place) {
        boolean issuer = whole && groupSetBy == ISSUER;
        boolean user = whole && groupSetBy == USER;
        for (byte i = 0; i < size; i++) {
            if (whole || i == place) {
                issuer |= setBy[i] == ISSUER;
                user |= setBy[i] == USER;
            }
        }
        Authority.require((!issuer || authority.issuer()) && (!user || authority.user()));
        Authority.require(issuer || user || authority.issuer() || authority.user());
    }

    private void clearPlace(byte place) {
        JCSystem.beginTransaction();
        zero(components, (short) (place * COMPONENT), COMPONENT);
        zero(checkValues, (short) (place * KCV), KCV);
        setBy[place] = NOBODY;
        JCSystem.commitTransaction();
    }

    /** Writes zeros within the open transaction (arrayFill is not in 3.0.4). */
    private void zero(byte[] target, short offset, short length) {
        Util.arrayFillNonAtomic(ram.hash, (short) 0, length, (byte) 0);
        Util.arrayCopy(ram.hash, (short) 0, target, offset, length);
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
        Util.arrayFillNonAtomic(components, (short) 0, (short) components.length, (byte) 0);
        Util.arrayFillNonAtomic(checkValues, (short) 0, (short) checkValues.length, (byte) 0);
        Util.arrayFillNonAtomic(setBy, (short) 0, (short) setBy.length, NOBODY);
        Util.arrayFillNonAtomic(id, (short) 0, ID, (byte) 0);
        size = 0;
    }

    /** Refuses with 6A88 unless every component is there. */
    void requireComplete() {
        boolean complete = size != 0;
        for (byte i = 0; i < size; i++) {
            complete &= setBy[i] != NOBODY;
        }
        if (!complete) {
            ISOException.throwIt(Sw.NOT_FOUND);
        }
    }

    /** The group key, 32 bytes: SP 800-56C one-step over all components, the id and the size. */
    void deriveKey(byte[] out, short offset) {
        chip.sha256.reset();
        chip.sha256.update(PREFIX, (short) 0, (short) PREFIX.length);
        chip.sha256.update(components, (short) 0, (short) (size * COMPONENT));
        chip.sha256.update(LABEL, (short) 0, (short) LABEL.length);
        chip.sha256.update(id, (short) 0, ID);
        ram.number[0] = size;
        chip.sha256.doFinal(ram.number, (short) 0, (short) 1, out, offset);
    }

    /** Writes the id; returns the offset behind it. */
    short writeId(byte[] out, short offset) {
        return Util.arrayCopyNonAtomic(id, (short) 0, out, offset, ID);
    }

    /** Writes 4 bytes a place, set by and KCV; returns the offset behind them. */
    short writePlaces(byte[] out, short offset) {
        for (byte i = 0; i < size; i++) {
            out[offset++] = setBy[i];
            offset = Util.arrayCopyNonAtomic(checkValues, (short) (i * KCV), out, offset, KCV);
        }
        return offset;
    }
}

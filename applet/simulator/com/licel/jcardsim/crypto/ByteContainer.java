package com.licel.jcardsim.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import javacard.framework.JCSystem;
import javacard.security.CryptoException;
import twincard.simulator.Copies;
import twincard.simulator.Hooks;

/**
 * One part of a key: takes the place of jCardSim's class of this name, whose methods its key classes call.
 *
 * <p>Unlike that one it reads a shorter value in reused storage rightly, forgets a transient value at the event that
 * clears it, wipes what a shorter value leaves over, makes no transient array per call, and passes its writes by the
 * power and the open transaction.
 */
public final class ByteContainer {
    private static final byte PERSISTENT = JCSystem.NOT_A_TRANSIENT_OBJECT;

    private final byte event;
    /** One element, so that a transient part is uninitialised when the runtime has cleared its arrays. */
    private final short[] length;
    private byte[] data = {};

    public ByteContainer() {
        this(JCSystem.MEMORY_TYPE_PERSISTENT);
    }

    /** Makes an empty part; the type of memory is one of {@code JCSystem.MEMORY_TYPE_*}. */
    public ByteContainer(byte memoryType) {
        event = switch (memoryType) {
            case JCSystem.MEMORY_TYPE_TRANSIENT_RESET -> JCSystem.CLEAR_ON_RESET;
            case JCSystem.MEMORY_TYPE_TRANSIENT_DESELECT -> JCSystem.CLEAR_ON_DESELECT;
            default -> PERSISTENT;
        };
        length = event == PERSISTENT ? new short[1] : JCSystem.makeTransientShortArray((short) 1, event);
    }

    public ByteContainer(BigInteger value) {
        this();
        setBigInteger(value);
    }

    public ByteContainer(byte[] value, short offset, short length) {
        this();
        setBytes(value, offset, length);
    }

    /** Sets the shortest unsigned form of a number that is not negative. */
    public void setBigInteger(BigInteger value) {
        byte[] signed = value.toByteArray();
        int sign = signed[0] == 0 && signed.length > 1 ? 1 : 0;
        setBytes(signed, (short) sign, (short) (signed.length - sign));
    }

    public void setBytes(byte[] value) {
        setBytes(value, (short) 0, (short) value.length);
    }

    public void setBytes(byte[] value, short offset, short valueLength) {
        if (offset < 0 || valueLength < 0 || offset + valueLength > value.length) {
            throw new ArrayIndexOutOfBoundsException();
        }
        write(Arrays.copyOfRange(value, offset, offset + valueLength));
    }

    public BigInteger getBigInteger() {
        requireValue();
        return new BigInteger(1, data, 0, length[0]);
    }

    public byte[] getBytes(byte ignoredEvent) {
        requireValue();
        return Arrays.copyOf(data, length[0]);
    }

    public short getBytes(byte[] dest, short offset) {
        requireValue();
        if (dest.length - offset < length[0]) {
            CryptoException.throwIt(CryptoException.ILLEGAL_VALUE);
        }
        Copies.output(data, 0, dest, offset, length[0]);
        return length[0];
    }

    /** Wipes also what a write that was cut half-way has left in a part that is not initialised. */
    public void clear() {
        if (length[0] > 0 || holdsRest()) {
            write(new byte[0]);
        }
    }

    private boolean holdsRest() {
        boolean rest = false;
        for (byte element : data) {
            rest |= element != 0;
        }
        return rest;
    }

    public boolean isInitialized() {
        return length[0] > 0;
    }

    public boolean isPersistent() {
        return event == PERSISTENT;
    }

    /** All bytes that this part keeps, beyond its length too. */
    public byte[] storage() {
        return data.clone();
    }

    public short length() {
        return length[0];
    }

    /** Puts back what {@link #storage} and {@link #length} gave; no write of the card. */
    public void load(byte[] storage, short storedLength) {
        data = storage.clone();
        length[0] = storedLength;
    }

    private void requireValue() {
        if (length[0] == 0) {
            CryptoException.throwIt(CryptoException.UNINITIALIZED_KEY);
        }
    }

    private void write(byte[] value) {
        byte[] old = storage();
        short oldLength = length[0];
        boolean cut = isPersistent() && Hooks.failsAtKeyPart(value.length, () -> load(old, oldLength));
        if (value.length > data.length) {
            data = isPersistent()
                    ? Arrays.copyOf(data, value.length)
                    : JCSystem.makeTransientByteArray((short) value.length, event);
        }
        if (cut) {
            byte[] full = Arrays.copyOf(value, data.length);
            System.arraycopy(full, 0, data, 0, data.length / 2);
            throw Hooks.powerCut();
        }
        System.arraycopy(value, 0, data, 0, value.length);
        Arrays.fill(data, value.length, data.length, (byte) 0);
        length[0] = (short) value.length;
    }
}

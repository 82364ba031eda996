package com.licel.jcardsim.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import javacard.security.RandomData;

/**
 * Takes the place of jCardSim's class of this name, whose numbers are the same on every card: these are the system's.
 */
public class RandomDataImpl extends RandomData {
    private static final SecureRandom SYSTEM = new SecureRandom();

    private final byte algorithm;

    public RandomDataImpl(byte algorithm) {
        this.algorithm = algorithm;
    }

    // Deprecated in 3.0.5, but all that 3.0.4 has.
    @Override
    @SuppressWarnings("deprecation")
    public void generateData(byte[] buffer, short offset, short length) {
        nextBytes(buffer, offset, length);
    }

    @Override
    public short nextBytes(byte[] buffer, short offset, short length) {
        byte[] numbers = new byte[length];
        SYSTEM.nextBytes(numbers);
        System.arraycopy(numbers, 0, buffer, offset, length);
        return (short) (offset + length);
    }

    @Override
    public void setSeed(byte[] buffer, short offset, short length) {
        SYSTEM.setSeed(Arrays.copyOfRange(buffer, offset, offset + length));
    }

    @Override
    public byte getAlgorithm() {
        return algorithm;
    }
}

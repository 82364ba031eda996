package twincard.simulator;

import java.util.Arrays;

/**
 * What takes the place of {@code javacard.framework.Util} in woven classes, method by method.
 *
 * <p>Outside a transaction {@code arrayCopy} and {@code setShort} happen wholly or not at all; the NonAtomic methods
 * can be cut half-way, and no transaction takes them back (Java Card 3.0.4 API, class Util).
 */
public final class Copies {
    private Copies() {}

    public static short arrayCopy(byte[] src, short srcOff, byte[] dest, short destOff, short length) {
        checkBounds(src, srcOff, length);
        checkBounds(dest, destOff, length);
        beforeWrite(dest, destOff, length);
        System.arraycopy(src, srcOff, dest, destOff, length);
        return (short) (destOff + length);
    }

    public static short arrayCopyNonAtomic(byte[] src, short srcOff, byte[] dest, short destOff, short length) {
        checkBounds(src, srcOff, length);
        checkBounds(dest, destOff, length);
        writeUnprotected(dest, length, part -> System.arraycopy(src, srcOff, dest, destOff, part));
        return (short) (destOff + length);
    }

    public static short arrayFillNonAtomic(byte[] array, short offset, short length, byte value) {
        checkBounds(array, offset, length);
        writeUnprotected(array, length, part -> Arrays.fill(array, offset, offset + part, value));
        return (short) (offset + length);
    }

    public static short setShort(byte[] array, short offset, short value) {
        checkBounds(array, offset, (short) 2);
        beforeWrite(array, offset, (short) 2);
        array[offset] = (byte) (value >> 8);
        array[offset + 1] = (byte) value;
        return (short) (offset + 2);
    }

    /**
     * What a cipher, a digest or a getter puts into an array: a transaction takes it back, but a cut can leave half of
     * it.
     */
    public static void output(byte[] src, int srcOff, byte[] dest, short destOff, short length) {
        checkBounds(dest, destOff, length);
        if (Hooks.memory.isPersistent(dest)) {
            save(dest, destOff, length);
        }
        writeUnprotected(dest, length, part -> System.arraycopy(src, srcOff, dest, destOff, part));
    }

    private static void beforeWrite(byte[] dest, short offset, short length) {
        if (length > 0 && Hooks.memory.isPersistent(dest)) {
            Hooks.memory.counts.wrote(length);
            Hooks.memory.beforeWrite();
            save(dest, offset, length);
        }
    }

    private static void save(byte[] dest, short offset, short length) {
        if (Hooks.memory.log.isOpen()) {
            byte[] old = Arrays.copyOfRange(dest, offset, offset + length);
            Hooks.memory.log.save(length, () -> System.arraycopy(old, 0, dest, offset, old.length));
        }
    }

    private static void writeUnprotected(byte[] dest, short length, Writer writer) {
        if (length > 0 && Hooks.memory.isPersistent(dest)) {
            Hooks.memory.counts.wrote(length);
            if (Hooks.memory.failsAtWrite()) {
                writer.write(length / 2);
                throw new PowerCut();
            }
        }
        writer.write(length);
    }

    private static void checkBounds(byte[] array, short offset, short length) {
        if (offset < 0 || length < 0 || offset + length > array.length) {
            throw new ArrayIndexOutOfBoundsException();
        }
    }

    /** Writes the first bytes of what is to be written. */
    private interface Writer {
        void write(int length);
    }
}

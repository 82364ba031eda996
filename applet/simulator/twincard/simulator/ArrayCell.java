package twincard.simulator;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;

/** A persistent array of any type. */
final class ArrayCell implements Cell {
    private final Object array;
    private final int length;

    ArrayCell(Object array) {
        this.array = array;
        this.length = Array.getLength(array);
    }

    @Override
    public Object copy(Names names) {
        if (array instanceof Object[] references) {
            for (Object reference : references) {
                names.known(reference);
            }
        }
        Object copy = Array.newInstance(array.getClass().getComponentType(), length);
        System.arraycopy(array, 0, copy, 0, length);
        return copy;
    }

    @Override
    public void restore(Object copy) {
        System.arraycopy(copy, 0, array, 0, length);
    }

    @Override
    public void encode(ByteBuffer out, Names names) {
        if (array instanceof byte[] bytes) {
            out.put(bytes);
            return;
        }
        for (int i = 0; i < length; i++) {
            if (array instanceof Object[] references) {
                names.put(out, references[i]);
            } else if (array instanceof boolean[] flags) {
                out.put((byte) (flags[i] ? 1 : 0));
            } else if (array instanceof short[] shorts) {
                out.putShort(shorts[i]);
            } else {
                out.putInt(((int[]) array)[i]);
            }
        }
    }

    @Override
    public boolean decode(ByteBuffer in, Names names) {
        if (array instanceof byte[] bytes) {
            // The applet of the file may have had a shorter one.
            int saved = Math.min(length, in.remaining());
            in.get(bytes, 0, saved);
            return saved == length;
        }
        for (int i = 0; i < length; i++) {
            if (array instanceof Object[] references) {
                references[i] = names.take(in);
            } else if (array instanceof boolean[] flags) {
                flags[i] = in.get() != 0;
            } else if (array instanceof short[] shorts) {
                shorts[i] = in.getShort();
            } else {
                ((int[]) array)[i] = in.getInt();
            }
        }
        return true;
    }
}

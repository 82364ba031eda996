package twincard.simulator;

import com.licel.jcardsim.base.TransientMemory;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Map;
import java.util.WeakHashMap;
import javacard.framework.JCSystem;
import javacard.framework.SystemException;

/**
 * Every array that is not persistent: transient ones, and the global ones of the runtime (APDU buffers, install
 * parameters).
 *
 * <p>They are held weakly: jCardSim makes new transient arrays at each start of a cipher and never lets go of them.
 */
final class Transients extends TransientMemory {
    private final Map<Object, Byte> arrays = new WeakHashMap<>();

    void addGlobal(Object array) {
        arrays.put(array, JCSystem.NOT_A_TRANSIENT_OBJECT);
    }

    /** Whether it is an array of the runtime's, which no applet may keep. */
    boolean isGlobal(Object array) {
        Byte event = arrays.get(array);
        return event != null && event == JCSystem.NOT_A_TRANSIENT_OBJECT;
    }

    /** How many arrays exist, including unreferenced ones that are not yet collected. */
    int size() {
        return arrays.size();
    }

    boolean contains(Object array) {
        return arrays.containsKey(array);
    }

    @Override
    public byte isTransient(Object array) {
        return arrays.getOrDefault(array, JCSystem.NOT_A_TRANSIENT_OBJECT);
    }

    @Override
    protected void storeArray(Object array, byte event) {
        if (event != JCSystem.CLEAR_ON_RESET && event != JCSystem.CLEAR_ON_DESELECT) {
            SystemException.throwIt(SystemException.ILLEGAL_VALUE);
        }
        arrays.put(array, event);
    }

    @Override
    protected void clearOnDeselect() {
        arrays.forEach((array, event) -> {
            if (event == JCSystem.CLEAR_ON_DESELECT) {
                clear(array);
            }
        });
    }

    @Override
    protected void clearOnReset() {
        arrays.keySet().forEach(Transients::clear);
    }

    @Override
    protected void forgetBuffers() {
        clearOnReset();
        arrays.clear();
    }

    private static void clear(Object array) {
        if (array instanceof byte[] bytes) {
            Arrays.fill(bytes, (byte) 0);
        } else if (array instanceof boolean[] flags) {
            Arrays.fill(flags, false);
        } else if (array instanceof Object[] references) {
            Arrays.fill(references, null);
        } else {
            for (int i = 0; i < Array.getLength(array); i++) {
                Array.set(array, i, (short) 0);
            }
        }
    }
}

package twincard.simulator;

import com.licel.jcardsim.crypto.ByteContainer;
import com.licel.jcardsim.crypto.KeyPairImpl;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import javacard.framework.JCSystem;
import javacard.security.Key;
import javacard.security.KeyBuilder;

/**
 * The memory the applet takes on a card, in bytes, and its largest transaction.
 *
 * <p>A fair figure, since chips differ: a header of 8 bytes for each object and array; elements at their width,
 * references and fields at two bytes; a key at the sum of its parts at full width (an EC key with its own domain
 * parameters). Engines count as their header. The largest transaction is that since the process began: the bytes
 * written in it, a byte written twice counted twice.
 */
public record Sizes(int persistent, int transientReset, int transientDeselect, int largestTransaction) {
    private static final int HEADER = 8;

    static Sizes of(Graph graph, Memory memory) {
        int[] sums = new int[3];
        for (Object object : graph.names().objects()) {
            if (object.getClass().isArray()) {
                byte event = memory.transients.isTransient(object);
                boolean persistent = memory.isPersistent(object);
                sums[persistent ? 0 : event] += arraySize(object);
                sums[0] += HEADER;
            } else if (!(object instanceof ByteContainer) && !(object instanceof KeyPairImpl)) {
                sums[0] += HEADER;
                if (object instanceof Key key) {
                    sums[keyMemory(key.getType())] += keySize(key);
                } else if (!graph.engines().contains(object)) {
                    sums[0] += fieldsSize(object);
                }
            }
        }
        return new Sizes(sums[0], sums[JCSystem.CLEAR_ON_RESET], sums[JCSystem.CLEAR_ON_DESELECT],
                memory.log.largest());
    }

    private static int arraySize(Object array) {
        int width = array instanceof byte[] || array instanceof boolean[] ? 1 : array instanceof int[] ? 4 : 2;
        return width * Array.getLength(array);
    }

    private static int fieldsSize(Object object) {
        int size = 0;
        for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : List.of(type.getDeclaredFields())) {
                size += Modifier.isStatic(field.getModifiers()) ? 0 : 2;
            }
        }
        return size;
    }

    private static int keyMemory(byte type) {
        return switch (type) {
            case KeyBuilder.TYPE_AES_TRANSIENT_RESET, KeyBuilder.TYPE_DES_TRANSIENT_RESET -> JCSystem.CLEAR_ON_RESET;
            case KeyBuilder.TYPE_AES_TRANSIENT_DESELECT, KeyBuilder.TYPE_DES_TRANSIENT_DESELECT ->
                JCSystem.CLEAR_ON_DESELECT;
            default -> 0;
        };
    }

    private static int keySize(Key key) {
        int width = (key.getSize() + 7) / 8;
        int domain = 6 * width + 3;
        return switch (key.getType()) {
            case KeyBuilder.TYPE_RSA_PUBLIC -> width + 4;
            case KeyBuilder.TYPE_RSA_PRIVATE -> 2 * width;
            case KeyBuilder.TYPE_RSA_CRT_PRIVATE -> 5 * width / 2;
            case KeyBuilder.TYPE_EC_FP_PUBLIC -> domain + 2 * width + 1;
            case KeyBuilder.TYPE_EC_FP_PRIVATE -> domain + width;
            default -> width;
        };
    }
}

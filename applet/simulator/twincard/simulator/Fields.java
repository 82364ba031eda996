package twincard.simulator;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Reads and writes fields of the applet by reflection, past the hooks. */
final class Fields {
    private static final Map<Class<?>, Field[]> DECLARED = new ConcurrentHashMap<>();

    private Fields() {}

    /** What a class declares, by name; not to be changed. */
    static Field[] of(Class<?> type) {
        return DECLARED.computeIfAbsent(type, Fields::declared);
    }

    private static Field[] declared(Class<?> type) {
        Field[] fields = type.getDeclaredFields();
        // Not Comparator.comparing, whose parts Java would link again at each start.
        Arrays.sort(fields, (one, other) -> one.getName().compareTo(other.getName()));
        for (Field field : fields) {
            field.setAccessible(true);
        }
        return fields;
    }

    /** The field of that name in the class or the nearest superclass that declares it. */
    static Field find(Class<?> type, String name) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Field field : of(at)) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        throw new IllegalStateException(type.getName() + " has no field " + name);
    }

    static Object get(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException refused) {
            throw new IllegalStateException(refused);
        }
    }

    static void set(Field field, Object owner, Object value) {
        try {
            field.set(owner, value);
        } catch (IllegalAccessException refused) {
            throw new IllegalStateException(refused);
        }
    }

    /** Bytes that the value takes on a card, where a reference is two bytes. */
    static int size(Field field) {
        Class<?> type = field.getType();
        return type == byte.class || type == boolean.class ? 1 : type == int.class ? 4 : 2;
    }
}

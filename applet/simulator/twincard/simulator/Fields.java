package twincard.simulator;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds the fields of the applet's classes. */
final class Fields {
    private static final Map<Class<?>, CardField[]> DECLARED = new ConcurrentHashMap<>();

    private Fields() {}

    /** What a class declares, by name; not to be changed. */
    static CardField[] of(Class<?> type) {
        CardField[] known = DECLARED.get(type);
        if (known == null) {
            known = declared(type);
            DECLARED.put(type, known);
        }
        return known;
    }

    private static CardField[] declared(Class<?> type) {
        Field[] fields = type.getDeclaredFields();
        // Not Comparator.comparing, whose parts Java would link again at each start.
        Arrays.sort(fields, (one, other) -> one.getName().compareTo(other.getName()));
        boolean isWoven = Woven.class.isAssignableFrom(type);
        int next = isWoven ? count(type.getSuperclass()) : 0;
        CardField[] declared = new CardField[fields.length];
        for (int i = 0; i < fields.length; i++) {
            boolean isOfObject = !Modifier.isStatic(fields[i].getModifiers());
            declared[i] = new CardField(fields[i], isWoven && isOfObject ? next++ : CardField.NOT_WOVEN);
        }
        return declared;
    }

    /** How many fields an object of a class has that the weaver numbered. */
    private static int count(Class<?> type) {
        int count = 0;
        for (Class<?> at = type; Woven.class.isAssignableFrom(at); at = at.getSuperclass()) {
            for (CardField field : of(at)) {
                count += field.isWoven() ? 1 : 0;
            }
        }
        return count;
    }

    /** The field of that name in the class or the nearest superclass that declares it. */
    static CardField find(Class<?> type, String name) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (CardField field : of(at)) {
                if (field.name().equals(name)) {
                    return field;
                }
            }
        }
        throw new IllegalStateException(type.getName() + " has no field " + name);
    }
}

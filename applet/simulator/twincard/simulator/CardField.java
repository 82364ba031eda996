package twincard.simulator;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/** A field of the applet, or of an object that jCardSim keeps for it, read and written past the hooks. */
final class CardField {
    /** Of a field that is reached by reflection. */
    static final int NOT_WOVEN = -1;

    private final Field field;
    private final int modifiers;
    private final int index;

    /** @param index the field's number in its {@link Woven} class, or {@link #NOT_WOVEN} */
    CardField(Field field, int index) {
        this.field = field;
        this.modifiers = field.getModifiers();
        this.index = index;
        field.setAccessible(true);
    }

    String name() {
        return field.getName();
    }

    Class<?> type() {
        return field.getType();
    }

    boolean isStatic() {
        return Modifier.isStatic(modifiers);
    }

    boolean isFinal() {
        return Modifier.isFinal(modifiers);
    }

    boolean isSynthetic() {
        return field.isSynthetic();
    }

    boolean isWoven() {
        return index != NOT_WOVEN;
    }

    /** Bytes that the value takes on a card, where a reference is two bytes. */
    int size() {
        Class<?> type = field.getType();
        return type == byte.class || type == boolean.class ? 1 : type == int.class ? 4 : 2;
    }

    /** @param owner the object, or null for a static field */
    Object get(Object owner) {
        if (isWoven()) {
            return ((Woven) owner).twincard$get(index);
        }
        Object constant = isStatic() && isFinal() ? Hooks.constant(field) : null;
        return constant == null ? reflected(owner) : constant;
    }

    /** The value by Java's reflection. */
    Object reflected(Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException refused) {
            throw new IllegalStateException(refused);
        }
    }

    void set(Object owner, Object value) {
        if (isWoven() && !isFinal()) {
            ((Woven) owner).twincard$set(index, value);
            return;
        }
        try {
            field.set(owner, value);
        } catch (IllegalAccessException refused) {
            throw new IllegalStateException(refused);
        }
    }
}

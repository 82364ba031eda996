package twincard.simulator;

import java.nio.ByteBuffer;

/** A field of an object, or a static field when the owner is null. */
final class FieldCell implements Cell {
    private final Object owner;
    private final CardField field;

    FieldCell(Object owner, CardField field) {
        this.owner = owner;
        this.field = field;
    }

    @Override
    public Object copy(Names names) {
        Object value = field.get(owner);
        return field.type().isPrimitive() ? value : names.known(value);
    }

    @Override
    public void restore(Object copy) {
        field.set(owner, copy);
    }

    @Override
    public void encode(ByteBuffer out, Names names) {
        Object value = field.get(owner);
        if (value instanceof Boolean flag) {
            out.putInt(flag ? 1 : 0);
        } else if (field.type().isPrimitive()) {
            out.putInt(((Number) value).intValue());
        } else {
            names.put(out, value);
        }
    }

    @Override
    public boolean decode(ByteBuffer in, Names names) {
        Class<?> type = field.type();
        Object value;
        if (type == boolean.class) {
            value = in.getInt() != 0;
        } else if (type == byte.class) {
            value = (byte) in.getInt();
        } else if (type == short.class) {
            value = (short) in.getInt();
        } else if (type == int.class) {
            value = in.getInt();
        } else {
            value = names.take(in);
        }
        field.set(owner, value);
        return true;
    }
}

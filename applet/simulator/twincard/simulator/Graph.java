package twincard.simulator;

import com.licel.jcardsim.crypto.ByteContainer;
import com.licel.jcardsim.crypto.KeyPairImpl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javacard.framework.AID;
import javacard.framework.Applet;
import javacard.framework.OwnerPIN;
import javacard.security.Checksum;
import javacard.security.Key;
import javacard.security.KeyAgreement;
import javacard.security.KeyPair;
import javacard.security.MessageDigest;
import javacard.security.RandomData;
import javacard.security.Signature;
import javacardx.crypto.Cipher;

/**
 * All that the installed applet reaches, found once after installation: every persistent place as a {@link Cell} by
 * name, and the engines (ciphers, digests) that hold nothing persistent. A class it does not know is an error, never a
 * silent loss.
 */
final class Graph {
    private static final List<Class<?>> ENGINES = List.of(Cipher.class, Signature.class, MessageDigest.class,
            KeyAgreement.class, RandomData.class, Checksum.class);
    private static final List<Class<?>> DATA =
            List.of(AID.class, OwnerPIN.class, Key.class, KeyPair.class, KeyPairImpl.class);

    private final Memory memory;
    private final Set<Class<?>> appletClasses;
    private final Names names = new Names();
    private final Map<String, Cell> cells = new LinkedHashMap<>();
    private final List<Object> engines = new ArrayList<>();
    private final Map<byte[], byte[]> constants = new IdentityHashMap<>();

    Graph(Memory memory, Applet applet, List<Class<?>> appletClasses) {
        this.memory = memory;
        this.appletClasses = new HashSet<>(appletClasses);
        for (Class<?> type : appletClasses) {
            visitFields(null, type, type.getName());
        }
        visit(applet, "applet");
    }

    Names names() {
        return names;
    }

    Map<String, Cell> cells() {
        return cells;
    }

    List<Object> engines() {
        return engines;
    }

    /**
     * Checks that the applet has not written to an array of a static final field. Such arrays are not saved, so that a
     * newer applet keeps its own constants.
     */
    void requireConstants() {
        constants.forEach((constant, original) -> {
            if (!Arrays.equals(constant, original)) {
                throw new IllegalStateException("the applet wrote to " + names.of(constant) + ", which is a constant");
            }
        });
    }

    private void visit(Object object, String name) {
        if (object == null || names.has(object)) {
            return;
        }
        names.add(object, name);
        if (object.getClass().isArray()) {
            visitArray(object, name);
        } else if (object instanceof ByteContainer part) {
            if (part.isPersistent()) {
                cells.put(name, new KeyPartCell(part));
            }
        } else if (isAny(ENGINES, object)) {
            engines.add(object);
        } else if (appletClasses.contains(object.getClass()) || isAny(DATA, object)) {
            for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
                visitFields(object, type, name);
            }
        } else {
            throw new IllegalStateException("cannot keep the " + object.getClass().getName() + " at " + name);
        }
    }

    private void visitArray(Object array, String name) {
        if (memory.isPersistent(array)) {
            cells.put(name, new ArrayCell(array));
        }
        if (array instanceof Object[] references) {
            for (int i = 0; i < references.length; i++) {
                visit(references[i], name + "[" + i + "]");
            }
        }
    }

    /** Visits the fields that a class declares: of an object, or the static ones when there is none. */
    private void visitFields(Object owner, Class<?> type, String name) {
        for (CardField field : Fields.of(type)) {
            // Synthetic fields are no part of the applet: a tool that measures coverage adds one to every class.
            if (field.isStatic() != (owner == null) || field.isSynthetic()) {
                continue;
            }
            String fieldName = name + "." + field.name();
            if (!field.isFinal()) {
                cells.put(fieldName + "=", new FieldCell(owner, field));
            }
            if (field.type().isPrimitive() || field.type() == String.class) {
                continue;
            }
            Object value = field.get(owner);
            if (owner == null && field.isFinal() && value instanceof byte[] constant) {
                names.add(constant, fieldName);
                constants.put(constant, constant.clone());
            } else {
                visit(value, fieldName);
            }
        }
    }

    private static boolean isAny(List<Class<?>> types, Object object) {
        for (Class<?> type : types) {
            if (type.isInstance(object)) {
                return true;
            }
        }
        return false;
    }
}

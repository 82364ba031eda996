package twincard.simulator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The names of the card's objects: the path from the applet by which each was first found after installation. */
final class Names {
    private final Map<Object, String> byObject = new IdentityHashMap<>();
    private final Map<String, Object> byName = new HashMap<>();
    private final List<Object> inOrder = new ArrayList<>();

    boolean has(Object object) {
        return byObject.containsKey(object);
    }

    String of(Object object) {
        return byObject.get(object);
    }

    /** Null where none has this name. */
    Object find(String name) {
        return byName.get(name);
    }

    void add(Object object, String name) {
        if (byName.putIfAbsent(name, object) != null) {
            throw new IllegalStateException("two objects of the applet are named " + name);
        }
        byObject.put(object, name);
        inOrder.add(object);
    }

    List<Object> objects() {
        return inOrder;
    }

    /** Checks that a reference can be kept, and returns it. */
    Object known(Object reference) {
        if (reference != null && !has(reference)) {
            throw new IllegalStateException(
                    "the applet keeps a " + reference.getClass().getName() + " made after its installation");
        }
        return reference;
    }

    void put(ByteBuffer out, Object reference) {
        putText(out, reference == null ? "" : byObject.get(known(reference)));
    }

    Object take(ByteBuffer in) {
        String saved = takeText(in);
        if (saved.isEmpty()) {
            return null;
        }
        String name = byName.containsKey(saved) ? saved : new OldNames(this).today(saved);
        if (name == null) {
            throw new IllegalStateException("the applet has no object " + saved);
        }
        return byName.get(name);
    }

    static void putText(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) bytes.length).put(bytes);
    }

    static String takeText(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

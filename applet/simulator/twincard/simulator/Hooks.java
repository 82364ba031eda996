package twincard.simulator;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javacard.framework.APDU;

/**
 * Where every store of the woven classes passes. The weaver replaces array stores by calls of the methods here and
 * calls {@link #field} and {@link #reference} before each store to a field, {@link #caught} in broad exception
 * handlers.
 *
 * <p>One card at a time is at work in a process; {@link #memory} is the memory of that card.
 */
public final class Hooks {
    static Memory memory = new Memory(Chip.withoutLimits());

    private static final Map<String, CardField> FIELDS = new ConcurrentHashMap<>();
    private static final Map<String, Object> CONSTANTS = new ConcurrentHashMap<>();

    /** Bytes of the card's stack in use, and the most since {@link #beginStack}. */
    private static int stack;
    private static int deepest;

    private Hooks() {}

    /** Called by the runtime before it calls the applet. */
    static void beginStack() {
        stack = 0;
        deepest = 0;
    }

    static int deepestStack() {
        return deepest;
    }

    /** Called at the beginning of every method with the bytes of its frame; refuses what the chip's stack has not. */
    public static void enter(int bytes) {
        stack += bytes;
        if (stack > deepest) {
            deepest = stack;
            if (stack > memory.chip.stackBytes()) {
                throw new StackOverflowError("the applet's stack is " + stack + " bytes deep");
            }
        }
    }

    /** Called at every end of a method, in time or by an exception. */
    public static void leave(int bytes) {
        stack -= bytes;
    }

    /** Called before an object or an array is made. */
    public static void make() {
        memory.chip.takeObject();
    }

    /** Stores into a byte[] or a boolean[]: the same instruction serves both. */
    public static void storeByte(Object array, int index, int value) {
        if (array instanceof byte[] bytes) {
            byte old = bytes[index];
            beforeStore(array, 1, () -> bytes[index] = old);
            bytes[index] = (byte) value;
        } else {
            boolean[] flags = (boolean[]) array;
            boolean old = flags[index];
            beforeStore(array, 1, () -> flags[index] = old);
            flags[index] = (value & 1) != 0;
        }
    }

    public static void storeShort(short[] array, int index, int value) {
        short old = array[index];
        beforeStore(array, 2, () -> array[index] = old);
        array[index] = (short) value;
    }

    public static void storeInt(int[] array, int index, int value) {
        int old = array[index];
        beforeStore(array, 4, () -> array[index] = old);
        array[index] = value;
    }

    public static void storeReference(Object[] array, int index, Object value) {
        reference(value);
        Object old = array[index];
        beforeStore(array, 2, () -> array[index] = old);
        array[index] = value;
    }

    /**
     * Called with every array or object before it is stored to a field or an array, in constructors too. The runtime's
     * own arrays may be kept nowhere, nor the APDU (JCRE specification 3.0.4, clauses 6.2.1 and 6.2.2); no other
     * application is on the card, whose arrays there could be.
     */
    public static void reference(Object value) {
        if (value instanceof APDU || memory.transients.isGlobal(value)) {
            throw new SecurityException("what is the runtime's own is kept");
        }
    }

    /**
     * Called with every array or object before a class stores it to a static field of its own, when it is loaded.
     *
     * @param name class and field, with a dot between
     */
    public static void constant(Object value, String name) {
        reference(value);
        if (value != null) {
            CONSTANTS.put(name, value);
        }
    }

    /** What a static final field of a woven class holds; null when {@link #constant(Object, String)} did not get it. */
    static Object constant(Field field) {
        return CONSTANTS.get(field.getDeclaringClass().getName() + "." + field.getName());
    }

    private static void beforeStore(Object array, int size, Runnable takeBack) {
        Memory card = memory;
        card.counts.add(Counts.Kind.ARRAY_STORES);
        if (card.isPersistent(array)) {
            card.counts.wrote(size);
            card.beforeWrite();
            card.log.save(size, takeBack);
        }
    }

    /**
     * Called before a store to a field.
     *
     * @param owner the object, or null for a static field
     * @param name class and field, with a dot between
     */
    public static void field(Object owner, String name) {
        Memory card = memory;
        CardField field = FIELDS.computeIfAbsent(name, Hooks::find);
        card.counts.wrote(field.size());
        card.beforeWrite();
        if (card.log.isOpen()) {
            Object old = field.get(owner);
            card.log.save(field.size(), () -> field.set(owner, old));
        }
    }

    /**
     * Called before a part of a persistent key is written. A key part is not written atomically, but a transaction
     * takes it back.
     *
     * @return whether the power fails half-way
     */
    public static boolean failsAtKeyPart(int size, Runnable takeBack) {
        memory.log.save(size, takeBack);
        memory.counts.wrote(size);
        return memory.failsAtWrite();
    }

    /** Called when a pair of key objects is made; refuses what the chip cannot fill. */
    public static void requireGeneration(boolean rsa) {
        memory.chip.takeEngine(Engine.KEY_PAIR);
        memory.chip.require(rsa ? Ability.RSA_CRT_2048_KEYGEN : Ability.EC_P256_KEYGEN);
    }

    /** Called before a pair is generated; what it writes until {@link #endGeneration} is part of that. */
    public static void beginGeneration(boolean rsa) {
        memory.counts.beginGeneration(rsa ? Counts.Kind.RSA_GENERATION : Counts.Kind.EC_GENERATION);
    }

    public static void endGeneration() {
        memory.counts.endGeneration();
    }

    /** Whether a pair that is generated now is to be a secret; one that a saved pair is about to replace is not. */
    public static boolean needsSecret() {
        return !memory.isLoading;
    }

    /** Called at the beginning of every handler for all runtime exceptions. */
    public static void caught(Throwable exception) {
        memory.faults.addCaught(exception);
    }

    /** What a writer throws after it has left a write half done. */
    public static PowerCut powerCut() {
        return new PowerCut();
    }

    private static CardField find(String name) {
        int dot = name.lastIndexOf('.');
        try {
            Class<?> type = Class.forName(name.substring(0, dot));
            return Fields.find(type, name.substring(dot + 1));
        } catch (ClassNotFoundException missing) {
            throw new IllegalStateException(missing);
        }
    }
}

package twincard.simulator;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import javacard.framework.SystemException;

/**
 * What the simulated chip lacks, and how much memory it has.
 *
 * <p>As text: words with commas between, {@code -rsa_nopad} for an {@link Ability} that is not there,
 * {@code transient=977}, {@code persistent=20052} and {@code commit=512} for bytes, {@code stack=512} for bytes of the
 * stack, {@code ram.sha256=112} for the transient memory that an {@link Engine} takes, {@code objects=40} for how many
 * objects and arrays there is room for. Of its transport: {@code t0} for the protocol T=0, where it is TPDUs that come;
 * {@code receiving=nothing} or {@code le}, see {@link Receiving}; {@code offset=7} where APDU.getOffsetCdata is always
 * 7. Without any the chip has all that jCardSim has, but the stack and the transactions of the reference implementation
 * as it comes; it speaks T=1, and receives as strictly.
 */
final class Chip {
    /** Historical bytes: command chaining and extended length (ISO 7816-4, 12.1.1), "TWINCARD". */
    private static final String ATR_T1 = "3B8E8131FE458073F001C0585457494E434152440F";
    /** Without interface bytes, so T=0; "TWINCARD". */
    private static final String ATR_T0 = "3B085457494E43415244";
    private static final int NO_LIMIT = Integer.MAX_VALUE;
    /** What Oracle's reference implementation has unless it is told otherwise. */
    private static final int USUAL_COMMIT = 128;
    private static final int USUAL_STACK = 384;
    private static final String RAM = "ram.";

    private final String text;
    private final Set<Ability> missing = EnumSet.noneOf(Ability.class);
    private int transientBytes = NO_LIMIT;
    private int persistentBytes = NO_LIMIT;
    private int commitBytes = USUAL_COMMIT;
    private int stackBytes = USUAL_STACK;
    private int objectsLeft = NO_LIMIT;
    private final Map<Engine, Integer> engineBytes = new EnumMap<>(Engine.class);
    private final int[] engines = new int[Engine.values().length];
    private int transientInUse;
    private boolean isT0;
    private Receiving receiving = Receiving.THROWS;
    private boolean dataOffsetIsAlways7;

    /** @throws CardException when the text is none of a chip */
    Chip(String text) throws CardException {
        this.text = text;
        for (String word : text.isEmpty() ? new String[0] : text.split(",")) {
            read(word);
        }
    }

    private Chip() {
        text = "";
    }

    static Chip withoutLimits() {
        return new Chip();
    }

    private void read(String word) throws CardException {
        int equals = word.indexOf('=');
        if (word.startsWith("-")) {
            missing.add(Ability.of(word.substring(1)));
            return;
        }
        if (readTransport(word)) {
            return;
        }
        String name = word.substring(0, Math.max(equals, 0));
        if (name.startsWith(RAM)) {
            engineBytes.put(Engine.of(name.substring(RAM.length())), number(word.substring(equals + 1)));
            return;
        }
        switch (name) {
            case "transient" -> transientBytes = number(word.substring(equals + 1));
            case "persistent" -> persistentBytes = number(word.substring(equals + 1));
            case "commit" -> commitBytes = number(word.substring(equals + 1));
            case "stack" -> stackBytes = number(word.substring(equals + 1));
            case "objects" -> objectsLeft = number(word.substring(equals + 1));
            default -> throw new CardException(Failure.WRONG_USE, "\"" + word + "\" says nothing of a chip.");
        }
    }

    private boolean readTransport(String word) {
        switch (word) {
            case "t0" -> isT0 = true;
            case "receiving=nothing" -> receiving = Receiving.RETURNS_NOTHING;
            case "receiving=le" -> receiving = Receiving.RETURNS_LE;
            case "offset=7" -> dataOffsetIsAlways7 = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int number(String digits) throws CardException {
        try {
            return Integer.parseUnsignedInt(digits);
        } catch (NumberFormatException wrong) {
            throw new CardException(Failure.WRONG_USE, "\"" + digits + "\" is no number of bytes.");
        }
    }

    /** A chip like this one that has no applet yet. */
    Chip fresh() throws CardException {
        return new Chip(text);
    }

    String text() {
        return text;
    }

    boolean lacks(Ability ability) {
        return missing.contains(ability);
    }

    void require(Ability ability) {
        if (lacks(ability)) {
            Ability.refuse();
        }
    }

    /** Takes bytes of transient memory; both kinds come from one piece, as on most chips. */
    void takeTransient(int bytes) {
        if (bytes > transientBytes - transientInUse) {
            SystemException.throwIt(SystemException.NO_TRANSIENT_SPACE);
        }
        transientInUse += bytes;
    }

    /** Takes what an engine needs of transient memory, and counts it. */
    void takeEngine(Engine engine) {
        takeTransient(engineBytes.getOrDefault(engine, 0));
        engines[engine.ordinal()]++;
    }

    /** How many engines there are of each kind, in the order of {@link Engine}. */
    int[] engines() {
        return engines.clone();
    }

    /** Takes the room of one object or array. */
    void takeObject() {
        if (objectsLeft == 0) {
            SystemException.throwIt(SystemException.NO_RESOURCE);
        }
        objectsLeft--;
    }

    /** Checks what the applet's objects take, once all are made; its code is not among them. */
    void requirePersistent(int bytes) throws CardException {
        if (bytes > persistentBytes) {
            throw new CardException(Failure.LACKS_PERSISTENT_MEMORY, Integer.toString(bytes),
                    Integer.toString(persistentBytes));
        }
    }

    int commitCapacity() {
        return commitBytes;
    }

    int stackBytes() {
        return stackBytes;
    }

    boolean isT0() {
        return isT0;
    }

    Receiving receiving() {
        return receiving;
    }

    boolean dataOffsetIsAlways7() {
        return dataOffsetIsAlways7;
    }

    byte[] answerToReset() {
        return HexFormat.of().parseHex(isT0 ? ATR_T0 : ATR_T1);
    }
}

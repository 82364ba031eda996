package twincard.simulator;

import java.util.EnumSet;
import java.util.Set;
import javacard.framework.SystemException;

/**
 * What the simulated chip lacks, and how much memory it has.
 *
 * <p>As text: words with commas between, {@code -rsa_nopad} for an {@link Ability} that is not there,
 * {@code transient=977}, {@code persistent=20052} and {@code commit=512} for bytes. Without any the chip has all that
 * jCardSim has.
 */
final class Chip {
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final String text;
    private final Set<Ability> missing = EnumSet.noneOf(Ability.class);
    private int transientBytes = NO_LIMIT;
    private int persistentBytes = NO_LIMIT;
    private int commitBytes = NO_LIMIT;
    private int transientInUse;

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
        switch (word.substring(0, Math.max(equals, 0))) {
            case "transient" -> transientBytes = number(word.substring(equals + 1));
            case "persistent" -> persistentBytes = number(word.substring(equals + 1));
            case "commit" -> commitBytes = number(word.substring(equals + 1));
            default -> throw new CardException("\"" + word + "\" says nothing of a chip.");
        }
    }

    private static int number(String digits) throws CardException {
        try {
            return Integer.parseUnsignedInt(digits);
        } catch (NumberFormatException wrong) {
            throw new CardException("\"" + digits + "\" is no number of bytes.");
        }
    }

    /** A chip like this one that has no applet yet. */
    Chip fresh() throws CardException {
        return new Chip(text);
    }

    String text() {
        return text;
    }

    void require(Ability ability) {
        if (missing.contains(ability)) {
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

    /** Checks what the applet's objects take, once all are made; its code is not among them. */
    void requirePersistent(int bytes) throws CardException {
        if (bytes > persistentBytes) {
            throw new CardException(String.format(
                    "The applet's objects take %d bytes of persistent memory, and this chip has %d.", bytes,
                    persistentBytes));
        }
    }

    int commitCapacity() {
        return commitBytes;
    }
}

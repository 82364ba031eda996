package twincard.simulator;

/** Something the caller asked that cannot be done; the message is one sentence for a person. */
public final class CardException extends Exception {
    private static final long serialVersionUID = 1;

    CardException(String message) {
        super(message);
    }
}

package twincard.simulator;

/**
 * Why something cannot be done. A program that asked gets the code and the values, and has sentences of its own; these
 * are for who runs the simulator by hand. The host's `failures.py` has the same codes.
 */
enum Failure {
    /** What only a program that is wrong comes to; its one value is a whole sentence. */
    WRONG_USE(0, "%s"),
    IN_USE(1, "Another process uses this card."),
    OTHER_VERSION(2, "The card file %s was written by another version of the simulator."),
    DAMAGED(3, "The card file %s is damaged: it holds no whole state."),
    UNFIT(4, "The card file cannot be read: %s."),
    NOT_SAVED(5, "The card could not be saved: %s."),
    NOT_SAVED_EARLIER(6, "The card could not be saved earlier; start it again."),
    NO_FOLDER(7, "Cannot use %s: there is no such folder."),
    NO_PERMISSION(8, "Cannot use %s: permission denied."),
    UNUSABLE(9, "Cannot use %s: %s."),
    NOT_INSTALLED(10, "No card is installed."),
    INSTALLED_ALREADY(11, "A card is installed already."),
    REFUSED(12, "The applet refused its installation with status word %s."),
    LACKS_ALGORITHM(13, "The chip lacks an algorithm that the applet needs."),
    LACKS_MEMORY(14, "The chip has too little memory for the applet."),
    LACKS_PERSISTENT_MEMORY(15, "The applet's objects take %s bytes of persistent memory, and this chip has %s.");

    final int code;
    private final String sentence;

    Failure(int code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    /** The values come in the order of the sentence. */
    String sentence(String... values) {
        return String.format(sentence, (Object[]) values);
    }
}

package twincard.card;

import javacard.framework.APDU;

/**
 * What a card may have beyond the base, as the base sees it; here nothing. The base never names a class that comes with
 * a part: leaving the parts out is leaving their source folder out.
 */
class Parts {
    /**
     * The log; made before whatever may note something, with all transient memory that the parts cannot do without. Of
     * the core there are chip, RAM and CMAC.
     */
    Log log(Core core) {
        return new Log(core);
    }

    /** Host-blind mode; made before tickets and key blocks. */
    DuplicationMode duplicationMode(Core core) {
        return new DuplicationMode(core);
    }

    /** How many key pairs the card may have. */
    byte keys() {
        return 1;
    }

    /** Makes the rest, once the core is complete, by what the install parameters say beyond those of the base. */
    void begin(Core core, byte[] parameters, InstallParameters parsed) {
        Apdu.requireData(parsed.at == parsed.end);
    }

    /**
     * Judges, before anything else, whether the command in Ram.flags is to be secured as it is. The base has no secure
     * messaging: what claims to be secured is left to the judge of classes.
     *
     * @return whether {@link #receive} has its data
     */
    boolean beginCommand() {
        return false;
    }

    /**
     * Gathers, verifies and decrypts the data of a secured command; from then on it stands in Ram.flags and Ram.work,
     * or the store, as it would without.
     *
     * @return bytes of plain data, or -1 while the chain goes on
     */
    short receive(APDU apdu) {
        return 0;
    }

    /** Whether this command was secured. */
    boolean secured() {
        return false;
    }

    /** Secures the answer to a secured command, in place; returns its new length. */
    short seal(byte[] answer, short length, short status) {
        return length;
    }

    /** The way this command came, as the state report tells it of components: 00 plain. */
    byte way() {
        return 0;
    }

    /** Whether the issuer may authenticate by challenge and response. */
    boolean takesChallengeResponse() {
        return true;
    }

    /** Feature bits of the parts, once they have begun. */
    short features() {
        return 0;
    }

    /** Of the features of {@link IsoApplet}, those that this card has. */
    byte openScFeatures() {
        return IsoApplet.RANDOM;
    }

    /** More rows of the command table. */
    byte[] table() {
        return null;
    }

    /** Where in {@link #table} the row of the command in Ram.flags begins; -1 when it is none of the parts'. */
    short find(byte command) {
        return -1;
    }

    /** Carries out a command that {@link #find} found; returns the length of the answer. */
    short perform(byte command, short length) {
        return 0;
    }

    /** Policy flags that mean something on this card. */
    byte policyFlags() {
        return Authority.KNOWN_FLAGS;
    }

    /** Before PERSONALISE's transaction: draws what is new with each personalisation. Leaves Ram.work as it is. */
    void renew() {}

    /** Inside PERSONALISE's transaction: what was drawn is in force. */
    void renewed() {}

    /** Whether an original may get its key from the key service. */
    boolean hasKeyService() {
        return false;
    }

    /** Whether nothing is missing for ACTIVATE. */
    boolean complete() {
        return true;
    }

    /** GET DATA of what the base does not know; returns the length of the answer, 0 when the parts do not either. */
    short data() {
        return 0;
    }

    /** Adds to the state report, in Ram.aux; returns the offset behind it. */
    short report(short at) {
        return at;
    }

    /** Finishes what a loss of power may have left half-way; at select and before every command. */
    void resume() {}

    /** Ends sessions; at select and deselect. */
    void forget() {}

    /** Wipes all secrets of the parts, as a step of TERMINATE; may be repeated. */
    void wipe() {}
}

package twincard.card;

/** The full applet: the base and all parts. */
public final class TrustTwinCardApplet extends Commands {
    private TrustTwinCardApplet(byte[] parameters, short offset, byte length) {
        super(parameters, offset, length, new TrustParts(), false);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        new TrustTwinCardApplet(parameters, offset, length)
                .register(parameters, (short) (offset + 1), parameters[offset]);
    }
}

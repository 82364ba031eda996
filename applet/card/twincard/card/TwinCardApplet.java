package twincard.card;

/** The base as an applet by itself. A build has one of these applets: the other classes serve all of them. */
public final class TwinCardApplet extends Commands {
    private TwinCardApplet(byte[] parameters, short offset, byte length) {
        super(parameters, offset, length, new Parts(), false);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        new TwinCardApplet(parameters, offset, length)
                .register(parameters, (short) (offset + 1), parameters[offset]);
    }
}

package twincard.card;

/** The full applet: the base and all parts. */
public class TrustTwinCardApplet extends TwinCardApplet {
    TrustTwinCardApplet(byte[] parameters, short offset, byte length, boolean extendedLength) {
        super(parameters, offset, length, new TrustParts(), extendedLength);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        new TrustTwinCardApplet(parameters, offset, length, false)
                .register(parameters, (short) (offset + 1), parameters[offset]);
    }
}

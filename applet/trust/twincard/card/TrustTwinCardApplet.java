package twincard.card;

/** The full applet: the base and all parts. */
public class TrustTwinCardApplet extends TwinCardApplet {
    TrustTwinCardApplet(InstallParameters parameters, boolean extendedLength) {
        super(parameters, new TrustParts(), extendedLength);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        InstallParameters parsed = new InstallParameters(parameters, offset, length);
        new TrustTwinCardApplet(parsed, false).register(parameters, (short) (offset + 1), parameters[offset]);
    }
}

package twincard.card;

import javacardx.apdu.ExtendedLength;

/** The full applet for chips that have extended length; the build leaves this class out for others. */
public final class ExtendedTrustTwinCardApplet extends TrustTwinCardApplet implements ExtendedLength {
    private ExtendedTrustTwinCardApplet(InstallParameters parameters) {
        super(parameters, true);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        InstallParameters parsed = new InstallParameters(parameters, offset, length);
        new ExtendedTrustTwinCardApplet(parsed).register(parameters, (short) (offset + 1), parameters[offset]);
    }
}

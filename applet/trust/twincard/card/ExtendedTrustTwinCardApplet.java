package twincard.card;

import javacardx.apdu.ExtendedLength;

/** The full applet for chips that have extended length; the build leaves this class out for others. */
public final class ExtendedTrustTwinCardApplet extends TrustTwinCardApplet implements ExtendedLength {
    private ExtendedTrustTwinCardApplet(byte[] parameters, short offset, byte length) {
        super(parameters, offset, length, true);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        new ExtendedTrustTwinCardApplet(parameters, offset, length)
                .register(parameters, (short) (offset + 1), parameters[offset]);
    }
}

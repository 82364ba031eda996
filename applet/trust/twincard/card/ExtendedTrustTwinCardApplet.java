package twincard.card;

import javacardx.apdu.ExtendedLength;

/** The full applet for chips that have extended length. */
public final class ExtendedTrustTwinCardApplet extends Commands implements ExtendedLength {
    private ExtendedTrustTwinCardApplet(byte[] parameters, short offset, byte length) {
        super(parameters, offset, length, new TrustParts(), true);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        new ExtendedTrustTwinCardApplet(parameters, offset, length)
                .register(parameters, (short) (offset + 1), parameters[offset]);
    }
}

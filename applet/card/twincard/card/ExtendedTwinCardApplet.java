package twincard.card;

import javacardx.apdu.ExtendedLength;

/** The base for chips that have extended length. */
public final class ExtendedTwinCardApplet extends Commands implements ExtendedLength {
    private ExtendedTwinCardApplet(byte[] parameters, short offset, byte length) {
        super(parameters, offset, length, new Parts(), true);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        new ExtendedTwinCardApplet(parameters, offset, length)
                .register(parameters, (short) (offset + 1), parameters[offset]);
    }
}

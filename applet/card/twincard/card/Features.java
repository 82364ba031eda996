package twincard.card;

/** What the chip was found to have at installation, as the bits of the interface. */
final class Features {
    private static final short RSA = 0x0001;
    private static final short EC = 0x0002;
    private static final short CHECKS_POINTS = 0x0004;
    private static final short EXTENDED_LENGTH = 0x0008;

    private final short bits;

    Features(Rsa rsa, Ecdh ecdh, boolean extendedLength, short ofKeyWrap, short ofKeyDerivation) {
        short found = (short) (ofKeyWrap | ofKeyDerivation);
        if (rsa != null) {
            found |= RSA;
        }
        if (ecdh != null) {
            found |= EC;
            if (ecdh.chipChecks()) {
                found |= CHECKS_POINTS;
            }
        }
        if (extendedLength) {
            found |= EXTENDED_LENGTH;
        }
        bits = found;
    }

    short bits() {
        return bits;
    }
}

package twincard.card;

/** What the chip was found to have at installation, as the bits of the interface. */
final class Features {
    private static final short RSA = 0x0001;
    private static final short EC = 0x0002;
    private static final short CHECKS_POINTS = 0x0004;
    private static final short EXTENDED_LENGTH = 0x0008;
    private static final short KEK_128 = 0x0020;
    private static final short KEK_192 = 0x0040;
    private static final short SHA_1 = 0x0080;
    private static final short SHA_384 = 0x0100;
    private static final short SHA_512 = 0x0200;

    private final short bits;

    Features(Core core, boolean extendedLength) {
        Ecdh ecdh = core.ecdh;
        KeyWrap keyWrap = core.keyWrap;
        X963 x963 = core.x963;
        short found = core.parts.features();
        found |= bit(core.rsa != null, RSA);
        found |= bit(ecdh != null, EC);
        found |= bit(ecdh != null && ecdh.chipChecks(), CHECKS_POINTS);
        found |= bit(extendedLength, EXTENDED_LENGTH);
        found |= bit(keyWrap.supports((short) 16), KEK_128);
        found |= bit(keyWrap.supports((short) 24), KEK_192);
        found |= bit(x963.supports(X963.SHA_1), SHA_1);
        found |= bit(x963.supports(X963.SHA_384), SHA_384);
        found |= bit(x963.supports(X963.SHA_512), SHA_512);
        bits = found;
    }

    private static short bit(boolean there, short bit) {
        return there ? bit : 0;
    }

    short bits() {
        return bits;
    }
}

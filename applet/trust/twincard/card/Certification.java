package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/** The issuer's public key and certificate on this card, and other cards' certificates under the same key. */
final class Certification extends CardPart {
    /** Data of CERTIFY: 86 41 issuer's point ‖ certificate. */
    private static final short POINT_HEAD = (short) 0x8641;
    private static final short GIVEN_POINT = 2;
    private static final short GIVEN = GIVEN_POINT + P256.POINT;
    /** E6 43 { 86 41 issuer's point } */
    private static final byte[] ISSUER_HEAD = {(byte) 0xE6, 0x43, (byte) 0x86, 0x41};

    private final Ecdsa ecdsa;
    private final Device device;
    private final Peer peer;
    private final byte[] issuer = new byte[P256.POINT];
    private final byte[] signature = new byte[Ecdsa.SIGNATURE];
    private boolean certified;

    Certification(Core core, Ecdsa ecdsa, Device device, Peer peer) {
        super(core);
        this.ecdsa = ecdsa;
        this.device = device;
        this.peer = peer;
    }

    boolean isCertified() {
        return certified;
    }

    /** Refuses with 6A88 where there is no certificate. */
    void require() {
        if (!certified) {
            Refusal.notFound();
        }
    }

    /** Forgets issuer and certificate; may be repeated. */
    void drop() {
        certified = false;
    }

    /** CERTIFY: the issuer's point, and the issuer's certificate for this card. */
    void certify(short length) {
        byte[] data = work;
        byte[] own = aux;
        requireNoParameters();
        Apdu.requireData(length == (short) (GIVEN + Certificate.LENGTH)
                && Util.getShort(data, (short) 0) == POINT_HEAD);
        if (!device.isReady()) {
            Refusal.state();
        }
        ecdh.requirePoint(data, GIVEN_POINT);
        writeOwn(data, GIVEN_POINT);
        Apdu.requireData(Util.arrayCompare(own, (short) 0, data, GIVEN, Certificate.SIGNATURE) == 0);
        Util.arrayCopyNonAtomic(data, (short) (GIVEN + Certificate.SIGNATURE), own, Certificate.SIGNATURE,
                Ecdsa.SIGNATURE);
        requireSignature(data, GIVEN_POINT, own);
        certified = false;
        Util.arrayCopyNonAtomic(data, GIVEN_POINT, issuer, (short) 0, P256.POINT);
        Util.arrayCopyNonAtomic(own, Certificate.SIGNATURE, signature, (short) 0, Ecdsa.SIGNATURE);
        JCSystem.beginTransaction();
        certified = true;
        // The hash is that of the issuer's point still.
        log.note(Log.CERTIFIED, hash, (short) 0, Log.DETAIL);
        JCSystem.commitTransaction();
    }

    /** VERIFY CERTIFICATE: its holder becomes the peer. */
    void verify(short length) {
        byte[] data = work;
        byte[] expected = aux;
        peer.clear();
        require();
        Apdu.requireData(length == Certificate.LENGTH);
        Util.arrayCopyNonAtomic(data, (short) 0, expected, (short) 0, length);
        name(issuer, (short) 0);
        Certificate.frame(expected);
        byte role = data[Certificate.ROLE];
        Apdu.requireData(Util.arrayCompare(expected, (short) 0, data, (short) 0, length) == 0
                && role >= Authority.ORIGINAL
                && role <= Peer.SERVICE_ESCROW);
        ecdh.requirePoint(data, Certificate.POINT);
        if (role >= Peer.SERVICE) {
            // A service is called by its key.
            chip.sha256.doFinal(data, Certificate.POINT, P256.POINT, hash, (short) 0);
            Apdu.requireData(
                    Util.arrayCompare(hash, (short) 0, data, Certificate.ID, Authority.ID) == 0);
        }
        requireSignature(issuer, (short) 0, data);
        peer.set(data);
    }

    /** Refuses with 6988 unless the certificate at the array's beginning is signed under the issuer's point. */
    private void requireSignature(byte[] point, short offset, byte[] certificate) {
        ecdsa.beginVerify(point, offset);
        if (!ecdsa.verify(certificate, Certificate.BODY, Certificate.BODY_LENGTH, certificate, Certificate.SIGNATURE)) {
            Refusal.check();
        }
    }

    /** Writes the certificate of this card under an issuer into Ram.aux, up to the signature. */
    private void writeOwn(byte[] point, short offset) {
        byte[] out = aux;
        name(point, offset);
        device.readPoint(out, Certificate.POINT);
        Util.arrayCopyNonAtomic(authority.cardId, (short) 0, out, Certificate.ID, Authority.ID);
        out[Certificate.ROLE] = authority.role;
        Certificate.frame(out);
    }

    /**
     * Writes the issuer's name, the beginning of SHA-256 of the issuer's point, to its place in the
     * certificate in Ram.aux.
     */
    private void name(byte[] point, short offset) {
        chip.sha256.doFinal(point, offset, P256.POINT, hash, (short) 0);
        Util.arrayCopyNonAtomic(hash, (short) 0, aux, Certificate.ISSUER, Certificate.ISSUER_LENGTH);
    }

    /** GET DATA 7F21: the certificate, into Ram.aux. */
    short read() {
        require();
        writeOwn(issuer, (short) 0);
        return Util.arrayCopyNonAtomic(signature, (short) 0, aux, Certificate.SIGNATURE, Ecdsa.SIGNATURE);
    }

    /** GET DATA E6: the issuer's public key, into Ram.aux. */
    short readIssuer() {
        require();
        short at = Template.copy(ISSUER_HEAD, aux, (short) 0);
        return Util.arrayCopyNonAtomic(issuer, (short) 0, aux, at, P256.POINT);
    }
}

package twincard.card;

import javacard.framework.Util;

/** All that a full card has beyond the base. */
final class TrustParts extends Parts {
    private static final short IDENTITY = 0x0010;

    private static final byte CERTIFY = 0x04;
    /** P1 and P2 of PERFORM SECURITY OPERATION. */
    private static final short VERIFY_CERTIFICATE = 0x00BE;

    /** P1 and P2 of GET DATA. */
    private static final short DEVICE_KEYS = 0x00E5;
    private static final short ISSUER_KEY = 0x00E6;
    private static final short CERTIFICATE = 0x7F21;

    private static final byte IDENTITY_TAG = (byte) 0x8D;

    /** Rows as in {@link CommandRules}. */
    private static final byte[] TABLE = {
        CommandRules.OURS, CERTIFY, CommandRules.I, CommandRules.ANY_ROLE, CommandRules.ISSUER, CommandRules.CHAIN,
        CommandRules.ISO, Ins.PERFORM_SECURITY_OPERATION, CommandRules.O, CommandRules.ANY_ROLE, CommandRules.USER,
            CommandRules.CHAIN,
    };

    private Core core;
    /** Null, like all that has to do with it, where the chip has no ECDSA on P-256. */
    private Device device;
    private Certification certification;
    private Peer peer;

    @Override
    Blindness blindness(Core made) {
        core = made;
        Ecdsa ecdsa = core.ecdh == null ? null : Ecdsa.probe(core.ram);
        if (ecdsa != null) {
            device = new Device(core, ecdsa);
            peer = new Peer();
            certification = new Certification(core, ecdsa, device, peer);
        }
        return new Blindness();
    }

    @Override
    short features() {
        return device == null ? 0 : IDENTITY;
    }

    @Override
    byte policyFlags() {
        return device == null ? Authority.KNOWN_FLAGS : Authority.KNOWN_FLAGS | Authority.BASE_MODE_FORBIDDEN;
    }

    @Override
    byte[] table() {
        return TABLE;
    }

    @Override
    short find(byte plainClass) {
        byte ins = core.ram.flags[Ram.INS];
        boolean there = device != null
                && (ins != Ins.PERFORM_SECURITY_OPERATION || parameters() == VERIFY_CERTIFICATE);
        return there ? CommandRules.find(TABLE, plainClass, ins) : -1;
    }

    private short parameters() {
        return Util.getShort(core.ram.flags, Ram.P1);
    }

    @Override
    short perform(byte plainClass, byte ins, short length) {
        if (ins == CERTIFY) {
            certification.certify(length);
        } else {
            certification.verify(length);
        }
        return 0;
    }

    @Override
    void renew() {
        if (device != null) {
            certification.drop();
            device.renew();
        }
    }

    @Override
    void renewed() {
        if (device != null) {
            device.renewed();
        }
    }

    @Override
    boolean complete() {
        return device == null
                || device.isReady()
                        && (certification.isCertified() || !core.authority.policy(Authority.BASE_MODE_FORBIDDEN));
    }

    @Override
    short data() {
        if (device == null) {
            return 0;
        }
        switch (parameters()) {
            case DEVICE_KEYS:
                return device.readKeys();
            case ISSUER_KEY:
                return certification.readIssuer();
            case CERTIFICATE:
                return certification.read();
            default:
                return 0;
        }
    }

    @Override
    short report(short at) {
        if (device != null && device.isReady()) {
            core.ram.aux[at++] = IDENTITY_TAG;
            core.ram.aux[at++] = 1;
            core.ram.aux[at++] = certification.isCertified() ? (byte) 2 : (byte) 1;
        }
        return at;
    }

    @Override
    void forget() {
        if (device != null) {
            peer.clear();
        }
    }

    @Override
    void wipe() {
        if (device != null) {
            certification.drop();
            device.wipe();
        }
    }
}

package twincard.card;

import javacard.framework.APDU;
import javacard.framework.Util;
import twincard.card.CommandRules.Ins;

/** All that a full card has beyond the base. */
final class TrustParts extends Parts {
    private static final short IDENTITY = 0x0010;
    private static final short SCP03 = 0x0400;
    private static final short SCP11 = 0x0800;
    private static final short SIGNATURE_KEY = 0x1000;
    private static final short LOG = 0x2000;

    /** Instruction bytes of the commands beyond the base, all of our class. */
    static final byte CERTIFY = 0x04;
    static final byte READ_LOG = 0x46;
    static final byte INITIALIZE_UPDATE = 0x50;
    static final byte EXTERNAL_AUTHENTICATE_SCP03 = (byte) 0x82;
    static final byte INTERNAL_AUTHENTICATE = (byte) 0x88;
    static final byte PUT_KEY = (byte) 0xD8;
    /** P1 and P2 of PERFORM SECURITY OPERATION. */
    private static final short VERIFY_CERTIFICATE = 0x00BE;
    private static final short COMPUTE_SIGNATURE = (short) 0x9E9A;
    /** P2 of GENERATE ASYMMETRIC KEY PAIR: the signature key. */
    private static final byte SIGNATURE = 0x02;

    /** P1 and P2 of GET DATA. */
    private static final short DEVICE_KEYS = 0x00E5;
    private static final short ISSUER_PUBLIC_KEY = 0x00E6;
    private static final short CERTIFICATE = 0x7F21;

    private static final byte IDENTITY_TAG = (byte) 0x8D;
    private static final byte SIGNATURE_KEY_TAG = (byte) 0x8E;

    /** Rows as in {@link CommandRules}. */
    private static final byte[] TABLE = {
        CERTIFY | CommandRules.OURS, CommandRules.I | CommandRules.ISSUER, CommandRules.CHAIN,
        // Two rows of one command: the second is VERIFY CERTIFICATE.
        Ins.PERFORM_SECURITY_OPERATION, CommandRules.O | CommandRules.USER, CommandRules.CHAIN,
        Ins.PERFORM_SECURITY_OPERATION, CommandRules.O | CommandRules.USER, CommandRules.CHAIN | CommandRules.TRANSPORT,
        READ_LOG | CommandRules.OURS, CommandRules.I | CommandRules.O | CommandRules.T, 0,
        INITIALIZE_UPDATE | CommandRules.OURS, CommandRules.I | CommandRules.O, 0,
        EXTERNAL_AUTHENTICATE_SCP03 | CommandRules.OURS, CommandRules.I | CommandRules.O, 0,
        INTERNAL_AUTHENTICATE | CommandRules.OURS, CommandRules.I | CommandRules.O, 0,
        PUT_KEY | CommandRules.OURS, CommandRules.I | CommandRules.O | CommandRules.ISSUER, 0,
        // Two rows of one command: the second only reads the public key.
        Ins.GENERATE_ASYMMETRIC_KEY_PAIR, CommandRules.O | CommandRules.USER, 0,
        Ins.GENERATE_ASYMMETRIC_KEY_PAIR, CommandRules.O, CommandRules.NO_DATA,
    };

    private Core core;
    private EventLog log;
    private LogReading logReading;
    private SigningKey signatureKey;
    private KeyGeneration signatureGeneration;
    private Ecdsa ecdsa;
    /** Null, like all that has to do with it, where the chip has no ECDSA on P-256. */
    private Device device;
    private Certification certification;
    private Peer peer;
    private Blind blind;
    private Session session;
    private Channel channel;

    @Override
    Log log(Core made) {
        core = made;
        log = new EventLog(core);
        session = new Session(core.chip, core.ram, core.cmac);
        peer = new Peer();
        return log;
    }

    @Override
    byte keys() {
        return 2;
    }

    @Override
    DuplicationMode duplicationMode(Core made) {
        ecdsa = core.ecdh == null ? null : Ecdsa.probe(core.ram);
        if (ecdsa == null) {
            return new DuplicationMode(core);
        }
        device = new Device(core, ecdsa);
        certification = new Certification(core, ecdsa, device, peer);
        blind = new Blind(core, device, certification, peer);
        return blind;
    }

    @Override
    void begin(Core made, byte[] parameters, InstallParameters parsed) {
        channel = new Channel(core, session, device, parameters, parsed);
        log.begin();
        logReading = new LogReading(core.chip, core.ram, core.authority.cardId, log, device);
        signatureKey = new SigningKey(core, ecdsa);
        signatureGeneration = new KeyGeneration(core, signatureKey, null);
    }

    @Override
    boolean beginCommand() {
        return channel.begin();
    }

    @Override
    short receive(APDU apdu) {
        return channel.receive(apdu);
    }

    @Override
    boolean secured() {
        return session.secured();
    }

    @Override
    short seal(byte[] answer, short length, short status) {
        return session.secured() ? session.seal(answer, length, status) : length;
    }

    @Override
    byte way() {
        return channel.way();
    }

    @Override
    boolean takesChallengeResponse() {
        return channel.takesChallengeResponse();
    }

    @Override
    short features() {
        return (short) ((device == null ? 0 : IDENTITY | SCP11) | SCP03 | SIGNATURE_KEY | LOG);
    }

    @Override
    byte openScFeatures() {
        byte found = core.rsa == null ? IsoApplet.RANDOM : IsoApplet.RANDOM | IsoApplet.PSS;
        return ecdsa == null ? found : (byte) (found | IsoApplet.ECDSA);
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
    short find(byte command) {
        short row = CommandRules.find(TABLE, command);
        boolean mine = row >= 0;
        switch (command) {
            case CERTIFY | CommandRules.OURS:
            case INTERNAL_AUTHENTICATE | CommandRules.OURS:
                mine = device != null;
                break;
            case Ins.PERFORM_SECURITY_OPERATION:
                if (device != null && parameters() == VERIFY_CERTIFICATE) {
                    row += CommandRules.ROW;
                } else {
                    mine = parameters() == COMPUTE_SIGNATURE;
                }
                break;
            case Ins.GENERATE_ASYMMETRIC_KEY_PAIR:
                mine = core.ram.flags[Ram.P2] == SIGNATURE;
                row += CommandRules.readsPublicKey(core.ram) ? CommandRules.ROW : 0;
                break;
            default:
                break;
        }
        return mine ? row : -1;
    }

    private short parameters() {
        return Util.getShort(core.ram.flags, Ram.P1);
    }

    @Override
    short perform(byte command, short length) {
        switch (command) {
            case READ_LOG | CommandRules.OURS:
                return logReading.read(length);
            case CERTIFY | CommandRules.OURS:
                certification.certify(length);
                return 0;
            case Ins.GENERATE_ASYMMETRIC_KEY_PAIR:
                return CommandRules.readsPublicKey(core.ram)
                        ? signatureGeneration.readPublicKey()
                        : signatureGeneration.generate(length);
            case Ins.PERFORM_SECURITY_OPERATION:
                if (parameters() == COMPUTE_SIGNATURE) {
                    return signatureKey.sign(length);
                }
                certification.verify(length);
                return 0;
            default:
                return channel.perform(length);
        }
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
    boolean hasKeyService() {
        return device != null;
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
            case ISSUER_PUBLIC_KEY:
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
        if (signatureKey.present()) {
            core.ram.aux[at++] = SIGNATURE_KEY_TAG;
            core.ram.aux[at++] = 1 + KeySlot.DIGEST;
            core.ram.aux[at++] = signatureKey.type;
            at = Util.arrayCopyNonAtomic(signatureKey.digest, (short) 0, core.ram.aux, at, KeySlot.DIGEST);
        }
        return channel.report(at);
    }

    @Override
    void resume() {
        log.resume();
        if (device != null) {
            blind.resume();
        }
    }

    @Override
    void forget() {
        channel.forget();
        if (device != null) {
            peer.clear();
        }
    }

    @Override
    void wipe() {
        channel.wipe();
        if (device != null) {
            certification.drop();
            blind.wipe();
            device.wipe();
        }
    }
}

package twincard.card;

import javacard.security.KeyBuilder;

/** The objects of one card that several classes share; all are made once, at installation. */
final class Core {
    /** An exported key, in host-blind mode, with padding and MAC of secure messaging. */
    private static final short STORE = 1136;

    final Parts parts;
    /** Ciphertext only: the key block that comes in or goes out. */
    final byte[] store = new byte[STORE];
    final Chip chip = new Chip();
    final Ram ram = new Ram();
    final Apdu apdu = new Apdu(ram, store);
    final Cmac cmac = new Cmac(ram, KeyBuilder.LENGTH_AES_256);
    final Kdf kdf = new Kdf(cmac, ram);
    /** Null where the chip has none; likewise the next. */
    final Rsa rsa = Rsa.probe();
    final Ecdh ecdh = Ecdh.probe(ram);
    final X963 x963 = new X963(this);
    final KeyWrap keyWrap = new KeyWrap(this);
    final Padding padding = new Padding(this);
    final Log log;
    final Blindness blindness;
    final Authority authority;
    final KeyGroup group;
    final KeySlots slots;
    final DecipherKey key;
    final Ticket tickets;
    final KeyBlock block;
    final Export export;
    final Import imports;
    final FileSystem files;
    final Contacts contacts;
    final Target target;
    final SecureMessaging messaging;

    /** Takes what Applet.install is given. */
    Core(byte[] array, short offset, byte length, Parts parts) {
        InstallParameters parameters = new InstallParameters(array, offset, length);
        this.parts = parts;
        log = parts.log(this);
        blindness = parts.blindness(this);
        authority = new Authority(this, array, parameters.transportKey);
        group = new KeyGroup(this);
        slots = new KeySlots(chip, rsa, ecdh, parts.keys());
        key = new DecipherKey(slots);
        tickets = new Ticket(this);
        block = new KeyBlock(this);
        export = new Export(this);
        imports = new Import(this);
        files = new FileSystem(this, parameters.files, parameters.fileBytes);
        contacts = new Contacts(this, parameters.contacts);
        target = new Target(this);
        parts.begin(this, array, parameters);
        messaging = parts.messaging(this);
    }

    /** Ends the sessions that clearing the memory does not end. */
    void forget() {
        authority.deselect();
        target.clear();
        parts.forget();
    }
}

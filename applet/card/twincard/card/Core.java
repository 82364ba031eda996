package twincard.card;

/** The objects of one card that several classes share; all are made once, at installation. */
final class Core {
    private static final short STORE = 1136;

    final Parts parts;
    /** Ciphertext only: the key block that comes in or goes out. */
    final byte[] store = new byte[STORE];
    final Chip chip = new Chip();
    final Ram ram = new Ram();
    final Apdu apdu = new Apdu(ram, store);
    final Cmac cmac = new Cmac(ram);
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

    Core(InstallParameters parameters, Parts parts) {
        this.parts = parts;
        log = parts.log(this);
        blindness = parts.blindness(this);
        authority = new Authority(chip, ram, cmac, parts, parameters.bytes, parameters.transportKey);
        group = new KeyGroup(this);
        slots = new KeySlots(chip, rsa, ecdh, parts.keys());
        key = new DecipherKey(slots);
        tickets = new Ticket(this);
        block = new KeyBlock(this);
        export = new Export(this);
        imports = new Import(this);
        files = new FileSystem(this, parameters.files, parameters.fileBytes);
        contacts = new Contacts(this, parameters.contacts);
        parts.begin(this);
    }
}

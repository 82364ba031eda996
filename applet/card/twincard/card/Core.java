package twincard.card;

import javacard.framework.Applet;
import javacard.framework.JCSystem;
import javacard.security.KeyBuilder;

/** The applet as all of its classes see it: the objects that they share; all are made once, at installation. */
abstract class Core extends Applet {
    /** An exported key, in host-blind mode, with padding and MAC of secure messaging. */
    private static final short STORE = 1160;

    final Parts parts;
    /** Ciphertext only: the key block that comes in or goes out. */
    final byte[] store = new byte[STORE];
    final Chip chip = new Chip();
    final Ram ram = new Ram();
    final Apdu apdu = new Apdu(this);
    final Cmac cmac = new Cmac(ram, Chip.aes(), KeyBuilder.LENGTH_AES_256);
    /** Null where the chip has none; likewise the next. */
    final Rsa rsa;
    final Ecdh ecdh;
    final KeyEncryption encryption = new KeyEncryption(chip, ram);
    final Padding padding = new Padding(chip, ram);
    final Log log;
    final DuplicationMode duplicationMode;
    final Authority authority;
    final KeyGroup group;
    final KeySlots slots;
    /** The decipher key. */
    final OwnKey key;
    final KeyBlock block;
    final Export export;
    final Import imports;
    final FileSystem files;
    final Contacts contacts;
    final Target target;

    /** Takes what Applet.install is given. */
    Core(byte[] array, short offset, byte length, Parts parts) {
        InstallParameters parameters = new InstallParameters(array, offset, length, parts);
        this.parts = parts;
        log = parts.log(this);
        authority = new Authority(this, array, parameters.transportKey);
        // What the chip may lack comes after all transient memory that nothing works without.
        rsa = Rsa.probe();
        ecdh = Ecdh.probe(ram);
        duplicationMode = parts.duplicationMode(this);
        group = new KeyGroup(this);
        slots = new KeySlots(this, parts.keys());
        key = new OwnKey(this, OwnKey.DECIPHER);
        block = new KeyBlock(this);
        export = new Export(this);
        imports = new Import(this);
        files = new FileSystem(chip, ram, authority, parameters.files, parameters.fileBytes);
        contacts = new Contacts(this, parameters.contacts);
        target = new Target(this);
        parts.begin(this, array, parameters);
    }

    /** Ends the sessions that clearing the memory does not end. */
    void forget() {
        authority.deselect();
        parts.forget();
        target.clear();
    }

    /** TERMINATE CARD USAGE: final, and finished at the next select when it is interrupted. */
    void terminate() {
        boolean leavesReceipt = imports.prepareVoid();
        JCSystem.beginTransaction();
        if (leavesReceipt) {
            imports.beginVoid();
        }
        authority.beginTermination();
        JCSystem.commitTransaction();
        resumeTermination();
    }

    /** Wipes everything, the key first; nothing else, not even the void receipt, can be had before this has ended. */
    void resumeTermination() {
        if (authority.lifeCycle != Authority.TERMINATING) {
            return;
        }
        slots.wipe();
        group.wipe();
        authority.wipe();
        contacts.wipe();
        files.wipe();
        parts.wipe();
        Ram.clear(store);
        authority.endTermination();
    }
}

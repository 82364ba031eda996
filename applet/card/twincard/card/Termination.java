package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/** TERMINATE CARD USAGE: final, and finished at the next select when it is interrupted. */
final class Termination {
    private final Ram ram;
    private final Authority authority;
    private final KeyGroup group;
    private final DecipherKey key;
    private final Import imports;
    private final FileSystem files;
    private final Contacts contacts;
    private final byte[] store;

    Termination(Ram ram, Authority authority, KeyGroup group, DecipherKey key, Import imports, FileSystem files,
            Contacts contacts, byte[] store) {
        this.ram = ram;
        this.authority = authority;
        this.group = group;
        this.key = key;
        this.imports = imports;
        this.files = files;
        this.contacts = contacts;
        this.store = store;
    }

    void terminate(short length) {
        Apdu.requireNoParameters(ram);
        Apdu.requireLength(length, (short) 0);
        boolean leavesReceipt = imports.prepareVoid();
        JCSystem.beginTransaction();
        if (leavesReceipt) {
            imports.beginVoid();
        }
        authority.beginTermination();
        JCSystem.commitTransaction();
        resume();
    }

    /** Wipes everything, the key first; nothing else, not even the void receipt, can be had before this has ended. */
    void resume() {
        if (authority.lifeCycle() != Authority.TERMINATING) {
            return;
        }
        key.wipe();
        group.wipe();
        authority.wipe();
        contacts.wipe();
        files.wipe();
        Util.arrayFillNonAtomic(store, (short) 0, (short) store.length, (byte) 0);
        authority.endTermination();
    }
}

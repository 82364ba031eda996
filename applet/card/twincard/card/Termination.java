package twincard.card;

import javacard.framework.JCSystem;
import javacard.framework.Util;

/** TERMINATE CARD USAGE: final, and finished at the next select when it is interrupted. */
final class Termination {
    private final Parts parts;
    private final Ram ram;
    private final Authority authority;
    private final KeyGroup group;
    private final DecipherKey key;
    private final Import imports;
    private final FileSystem files;
    private final Contacts contacts;
    private final byte[] store;

    Termination(Core core) {
        parts = core.parts;
        ram = core.ram;
        authority = core.authority;
        group = core.group;
        key = core.key;
        imports = core.imports;
        files = core.files;
        contacts = core.contacts;
        store = core.store;
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
        parts.wipe();
        Util.arrayFillNonAtomic(store, (short) 0, (short) store.length, (byte) 0);
        authority.endTermination();
    }
}

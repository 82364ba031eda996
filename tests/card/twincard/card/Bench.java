package twincard.card;

import java.util.Arrays;
import javacard.framework.ISOException;

/** The classes of one card wired together without the applet, so that a command is one call with P1, P2 and data. */
final class Bench {
    static final byte[] TRANSPORT_KEY = new byte[32];
    static final byte[] PIN = "123456".getBytes();

    final Core core;
    final Chip chip;
    final Ram ram;
    final Authority authority;
    final OwnKey key;
    final FileSystem files;
    final Contacts contacts;
    final Target target;
    final Usage usage;

    /** A command that takes bytes of data and gives bytes of answer, as the handlers do. */
    interface Command {
        int run(short length);
    }

    Bench() {
        this(8, 512);
    }

    Bench(int entries, int bytes) {
        byte[] install = Hex.bytes("00 00 2C 8020" + "00".repeat(TRANSPORT_KEY.length)
                + String.format("8101%02X 8202%04X 830103", entries, bytes));
        core = new Commands(install, (short) 0, (byte) install.length, new Parts(), true);
        chip = core.chip;
        ram = core.ram;
        authority = core.authority;
        key = core.key;
        files = core.files;
        contacts = core.contacts;
        target = core.target;
        usage = new Usage(core);
    }

    /** Personalised as an original with these policy flags, and operational; no PIN verified. */
    Bench operational(int flags) {
        byte[] data = Hex.bytes("800101 8102 01" + String.format("%02X", flags) + "8206313233343536 83063132333435 36");
        put(0, 0, data);
        authority.personalise((short) data.length);
        put(0, 0, new byte[0]);
        authority.activate();
        return this;
    }

    void verify() {
        put(0, 1, PIN);
        authority.verify((short) PIN.length);
    }

    void actAsIssuer(boolean authenticated) {
        ram.flags[Ram.ISSUER] = (byte) (authenticated ? 1 : 0);
    }

    /** Makes the decipher key, its public key kept or not. */
    void generate(byte type, boolean keepPublic) {
        KeySlot spare = key.slots.spare();
        spare.generate(type, ram.aux);
        spare.digest(type, ram.aux, ram.work, (short) 0);
        key.replace(type, keepPublic, ram.work, (short) 0);
        key.slots.clearSpare();
    }

    byte[] publicKey() {
        return Arrays.copyOf(ram.aux, key.writePublicKey(ram.aux, (short) 0));
    }

    private void put(int p1, int p2, byte[] data) {
        ram.flags[Ram.P1] = (byte) p1;
        ram.flags[Ram.P2] = (byte) p2;
        System.arraycopy(data, 0, ram.work, 0, data.length);
    }

    /** The answer of a command that succeeds. */
    byte[] send(Command command, int p1, int p2, byte[] data) {
        put(p1, p2, data);
        int length = command.run((short) data.length);
        byte[] answer = Arrays.copyOf(ram.aux, length);
        ram.wipe();
        return answer;
    }

    /** The status word of a command. */
    int status(Command command, int p1, int p2, byte[] data) {
        try {
            send(command, p1, p2, data);
            return 0x9000;
        } catch (ISOException refused) {
            ram.wipe();
            return refused.getReason() & 0xFFFF;
        }
    }
}

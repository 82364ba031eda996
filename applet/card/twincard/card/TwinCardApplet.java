package twincard.card;

import javacard.framework.APDU;
import javacard.framework.Applet;
import javacard.framework.ISOException;
import javacard.framework.JCSystem;

/** The applet: installation, selection, dispatch. */
public class TwinCardApplet extends Applet {
    private final Core core;
    private final Parts parts;
    private final Ram ram;
    private final Apdu apdu;
    private final CommandRules rules;
    private final Authority authority;
    private final KeyGroup group;
    private final DecipherKey key;
    private final KeyGeneration generation;
    private final Export export;
    private final Import imports;
    private final Report report;
    private final Termination termination;
    private final FileSystem files;
    private final Contacts contacts;
    private final Target target;
    private final Usage usage;

    /** Allocates everything there will ever be. */
    TwinCardApplet(InstallParameters parameters, Parts parts, boolean extendedLength) {
        this.parts = parts;
        core = new Core(parameters, parts);
        ram = core.ram;
        apdu = core.apdu;
        authority = core.authority;
        group = core.group;
        key = core.key;
        export = core.export;
        imports = core.imports;
        files = core.files;
        contacts = core.contacts;
        rules = new CommandRules(core);
        generation = new KeyGeneration(core, key, export);
        target = new Target(core);
        Seal seal = new Seal(core, target);
        usage = new Usage(ram, core.chip, authority, target, new Cryptogram(core, seal), seal);
        report = new Report(core, new Features(core, extendedLength));
        termination = new Termination(core);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        InstallParameters parsed = new InstallParameters(parameters, offset, length);
        new TwinCardApplet(parsed, new Parts(), false).register(parameters, (short) (offset + 1), parameters[offset]);
    }

    /** Finishes what a loss of power may have left half-way. */
    @Override
    public boolean select() {
        resume();
        forget();
        return true;
    }

    private void resume() {
        if (core.ecdh != null) {
            core.ecdh.end();
        }
        key.clearSpare();
        group.resume();
        files.resume();
        parts.resume();
        termination.resume();
    }

    @Override
    public void deselect() {
        authority.deselect();
        forget();
    }

    /** Ends sessions that memory cleared at deselect does not end. */
    private void forget() {
        target.clear();
        parts.forget();
    }

    @Override
    public void process(APDU raw) {
        try {
            resume();
            carryOut(raw);
        } catch (RuntimeException fault) {
            Faults.rethrow(fault);
        } finally {
            if (JCSystem.getTransactionDepth() != 0) {
                JCSystem.abortTransaction();
            }
            ram.wipe();
        }
    }

    private void carryOut(APDU raw) {
        apdu.begin(raw);
        if (selectingApplet()) {
            byte aidLength = JCSystem.getAID().getBytes(ram.aux, Report.SELECTED_AID);
            apdu.answer(raw, report.select(aidLength));
            return;
        }
        byte shape = rules.admit(apdu.plainClass(), apdu.morePartsFollow());
        byte ins = ram.flags[Ram.INS];
        boolean beyond = (shape & CommandRules.BEYOND_BASE) != 0;
        if ((shape & CommandRules.NO_DATA) != 0) {
            if (beyond) {
                short expected = Apdu.expected(raw);
                apdu.answer(raw, parts.perform(apdu.plainClass(), ins, (short) 0), expected);
            } else {
                query(raw, ins);
            }
            return;
        }
        short length = apdu.receive(raw, (shape & CommandRules.INTO_STORE) != 0);
        if (length >= 0) {
            apdu.answer(raw, beyond ? parts.perform(apdu.plainClass(), ins, length) : perform(ins, length));
        }
    }

    private short perform(byte ins, short length) {
        return apdu.plainClass() == 0 ? iso(ins, length) : ours(ins, length);
    }

    /** Commands without data, some of which need to know how much the host expects. */
    private void query(APDU raw, byte ins) {
        if (ins == Ins.GET_RESPONSE) {
            Apdu.requireNoParameters(ram);
            apdu.more(raw);
            return;
        }
        short expected = Apdu.expected(raw);
        switch (ins) {
            case Ins.GET_DATA:
                apdu.answer(raw, report.get(), expected);
                break;
            case Ins.GET_CHALLENGE:
                Apdu.requireNoParameters(ram);
                apdu.answer(raw, authority.challenge(expected), expected);
                break;
            case Ins.READ_BINARY:
                short length = files.read(expected);
                apdu.answer(raw, length, expected);
                if (FileSystem.endedEarly(length, expected)) {
                    ISOException.throwIt(Sw.END_OF_FILE);
                }
                break;
            case Ins.GET_CONTACT:
                apdu.answer(raw, contacts.get(), expected);
                break;
            default:
                apdu.answer(raw, generation.readPublicKey(), expected);
                break;
        }
    }

    private short iso(byte ins, short length) {
        switch (ins) {
            case Ins.SELECT:
                return files.select(length);
            case Ins.EXTERNAL_AUTHENTICATE:
                authority.authenticateIssuer(length);
                return 0;
            case Ins.ACTIVATE:
                authority.activate(length);
                return 0;
            case Ins.TERMINATE_CARD_USAGE:
                termination.terminate(length);
                return 0;
            case Ins.VERIFY:
                authority.verify(length);
                return 0;
            case Ins.CHANGE_REFERENCE_DATA:
                authority.change(length);
                return 0;
            case Ins.RESET_RETRY_COUNTER:
                authority.unblock(length);
                return 0;
            case Ins.GENERATE_KEY_PAIR:
                return generation.generate(length);
            case Ins.MANAGE_SECURITY_ENVIRONMENT:
                target.manage(length);
                return 0;
            case Ins.PERFORM_SECURITY_OPERATION:
                return usage.perform(length);
            case Ins.UPDATE_BINARY:
                files.update(length);
                return 0;
            case Ins.CREATE_FILE:
                files.create(length);
                return 0;
            default:
                files.delete(length);
                return 0;
        }
    }

    private short ours(byte ins, short length) {
        switch (ins) {
            case Ins.PERSONALISE:
                authority.personalise(length);
                return 0;
            case Ins.BEGIN_GROUP:
                return group.begin(length);
            case Ins.SET_COMPONENT:
                group.setComponent(length);
                return 0;
            case Ins.CLEAR_GROUP:
                group.clear(key.present() || imports.state() == Import.TICKETED || export.isPending(), length);
                return 0;
            case Ins.GET_TICKET:
                return imports.ticket(length);
            case Ins.EXPORT_KEY:
                return export.export(length);
            case Ins.IMPORT_KEY:
                return imports.importKey(length);
            case Ins.CONFIRM_EXPORT:
                export.confirm(length);
                return 0;
            case Ins.CANCEL_TICKET:
                return imports.cancel(length);
            case Ins.ABANDON_EXPORT:
                export.abandon(length);
                return 0;
            case Ins.TRANSCODE:
                return usage.transcode(length);
            case Ins.CHECK:
                return usage.check(length);
            case Ins.PUT_CONTACT:
                contacts.put(length);
                return 0;
            default:
                contacts.delete(length);
                return 0;
        }
    }
}

package twincard.card;

import javacard.framework.APDU;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.JCSystem;

/** The applet: installation, selection, dispatch. */
public class TwinCardApplet extends Core {
    private final CommandRules rules;
    private final KeyGeneration generation;
    private final Report report;
    private final Usage usage;

    /** Allocates everything there will ever be. */
    TwinCardApplet(byte[] parameters, short offset, byte length, Parts parts, boolean extendedLength) {
        super(parameters, offset, length, parts);
        rules = new CommandRules(this);
        generation = new KeyGeneration(this, key, export);
        usage = new Usage(this);
        report = new Report(this, extendedLength);
    }

    /** Installs the applet; see "Application" in docs/card-interface.md for the parameters. */
    public static void install(byte[] parameters, short offset, byte length) {
        new TwinCardApplet(parameters, offset, length, new Parts(), false)
                .register(parameters, (short) (offset + 1), parameters[offset]);
    }

    /** Finishes what a loss of power may have left half-way. */
    @Override
    public boolean select() {
        resume();
        forget();
        return true;
    }

    private void resume() {
        if (ecdh != null) {
            ecdh.end();
        }
        key.clearSpare();
        group.resume();
        files.resume();
        parts.resume();
        resumeTermination();
    }

    @Override
    public void deselect() {
        forget();
    }

    @Override
    public void process(APDU raw) {
        short status = ISO7816.SW_NO_ERROR;
        try {
            resume();
            carryOut(raw);
        } catch (RuntimeException fault) {
            status = Faults.statusOf(fault);
        }
        if (JCSystem.getTransactionDepth() != 0) {
            JCSystem.abortTransaction();
        }
        ram.wipe();
        if (status != ISO7816.SW_NO_ERROR) {
            ISOException.throwIt(status);
        }
    }

    private void carryOut(APDU raw) {
        apdu.begin(raw);
        if (selectingApplet()) {
            // OpenSC sends no Le, and wants the answer all the same.
            short expected = Apdu.expected(raw);
            apdu.answer(raw, report.select(), expected == 0 ? Apdu.ANY_LENGTH : expected, ISO7816.SW_NO_ERROR);
            return;
        }
        boolean received = messaging.begin();
        short length = received ? messaging.receive(raw) : 0;
        if (length < 0) {
            return;
        }
        byte shape = rules.admit(apdu.plainClass(), apdu.morePartsFollow());
        byte ins = ram.flags[Ram.INS];
        boolean noData = (shape & CommandRules.NO_DATA) != 0;
        if (!noData && !received) {
            length = apdu.receive(raw, (shape & CommandRules.INTO_STORE) != 0);
        }
        if (length < 0) {
            return;
        }
        if ((shape & CommandRules.NO_PARAMETERS) != 0) {
            Apdu.requireNoParameters(ram);
        }
        boolean beyond = (shape & CommandRules.BEYOND_BASE) != 0;
        if (noData) {
            query(raw, ins, beyond);
        } else {
            answer(raw, beyond ? parts.perform(apdu.plainClass(), ins, length) : perform(ins, length));
        }
    }

    private void answer(APDU raw, short length) {
        length = messaging.seal(apdu.answerBuffer(), length, ISO7816.SW_NO_ERROR);
        if (length > 0) {
            apdu.answer(raw, length, expected(raw), ISO7816.SW_NO_ERROR);
        }
    }

    /** Ne; a secured command without Le, which has an answer all the same, takes what there is. */
    private short expected(APDU raw) {
        short expected = Apdu.expected(raw);
        return expected == 0 && messaging.secured() ? Apdu.ANY_LENGTH : expected;
    }

    /** Commands without data, some of which need to know how much the host expects. */
    private void query(APDU raw, byte ins, boolean beyond) {
        if (ins == Ins.GET_RESPONSE) {
            apdu.more(raw);
            return;
        }
        short expected = expected(raw);
        short length = beyond ? parts.perform(apdu.plainClass(), ins, (short) 0) : read(ins, expected);
        boolean endedEarly = ins == Ins.READ_BINARY && FileSystem.endedEarly(length, expected);
        short status = endedEarly ? Sw.END_OF_FILE : ISO7816.SW_NO_ERROR;
        apdu.answer(raw, messaging.seal(apdu.answerBuffer(), length, status), expected, status);
    }

    private short read(byte ins, short expected) {
        switch (ins) {
            case Ins.GET_DATA:
                return report.get();
            case Ins.GET_CHALLENGE:
                return authority.challenge(expected);
            case Ins.READ_BINARY:
                return files.read(expected);
            case Ins.GET_CONTACT:
                return contacts.get();
            default:
                return generation.readPublicKey();
        }
    }

    private short perform(byte ins, short length) {
        return apdu.plainClass() == 0 ? iso(ins, length) : ours(ins, length);
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
                terminate(length);
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

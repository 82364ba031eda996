package twincard.card;

import javacard.framework.APDU;
import javacard.framework.ISO7816;
import javacard.framework.ISOException;
import javacard.framework.JCSystem;
import twincard.card.CommandRules.Ins;

/** The applet at work: selection, and what becomes of a command. Each build adds how it is installed. */
public class Commands extends Core {
    private final CommandRules rules;
    private final KeyGeneration generation;
    private final Report report;
    private final Usage usage;

    /** Allocates everything there will ever be. */
    Commands(byte[] parameters, short offset, byte length, Parts parts, boolean extendedLength) {
        super(parameters, offset, length, parts);
        rules = new CommandRules(this);
        generation = new KeyGeneration(this, key, export);
        usage = new Usage(this);
        // The last: it finds what memory is left for.
        report = new Report(this, extendedLength);
        apdu.takesExtendedLength = extendedLength;
    }

    /**
     * Ends sessions, and finishes what a loss of power may have left half-way. What cannot be finished now is tried
     * again before every command, and no command is carried out until it is; the card can be selected all the same.
     */
    @Override
    public boolean select() {
        try {
            forget();
            resume();
        } catch (RuntimeException fault) {
            // Told by the next command.
        }
        endTransaction();
        return true;
    }

    private void resume() {
        if (ecdh != null) {
            ecdh.end();
        }
        slots.clearSpare();
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
            carryOut(raw);
        } catch (RuntimeException fault) {
            status = Refusal.statusOf(fault);
        }
        endTransaction();
        ram.wipe();
        // A fault in a key block leaves it set.
        chip.key256.clearKey();
        if (status != ISO7816.SW_NO_ERROR) {
            ISOException.throwIt(status);
        }
    }

    private static void endTransaction() {
        if (JCSystem.getTransactionDepth() != 0) {
            JCSystem.abortTransaction();
        }
    }

    private void carryOut(APDU raw) {
        apdu.begin(raw);
        if (selectingApplet()) {
            // What came is to be received before anything is sent, or T=0 goes wrong.
            apdu.receive(raw, false);
            // OpenSC sends no Le, and wants the answer all the same.
            short expected = Apdu.expected(raw);
            apdu.answer(raw, report.select(), expected == 0 ? Apdu.ANY_LENGTH : expected, ISO7816.SW_NO_ERROR);
            return;
        }
        resume();
        boolean received = parts.beginCommand();
        short length = received ? parts.receive(raw) : 0;
        if (length < 0) {
            return;
        }
        byte command = rules.command();
        byte shape = rules.admit(command);
        boolean noData = (shape & CommandRules.NO_DATA) != 0;
        if (!noData && !received) {
            length = apdu.receive(raw, (shape & CommandRules.INTO_STORE) != 0);
        }
        if (length < 0) {
            return;
        }
        rules.judgeParameters(shape);
        if (command == Ins.GET_RESPONSE) {
            apdu.more(raw);
            return;
        }
        short expected = 0;
        if (noData) {
            // Inside a channel they can be seen; elsewhere they are never looked for.
            Apdu.requireLength(length, (short) 0);
            expected = expected(raw);
        }
        length = (shape & CommandRules.BEYOND_BASE) != 0
                ? parts.perform(command, length)
                : perform(command, length, expected);
        boolean endedEarly = command == Ins.READ_BINARY && FileSystem.endedEarly(length, expected);
        short status = endedEarly ? Sw.END_OF_FILE : ISO7816.SW_NO_ERROR;
        length = parts.seal(apdu.answerBuffer(), length, status);
        if (!noData && length > 0) {
            expected = expected(raw);
        }
        apdu.answer(raw, length, expected, status);
    }

    /** Ne; a secured command without Le, which has an answer all the same, takes what there is. */
    private short expected(APDU raw) {
        short expected = Apdu.expected(raw);
        return expected == 0 && parts.secured() ? Apdu.ANY_LENGTH : expected;
    }

    /**
     * @param command as in {@link CommandRules}
     * @param expected Ne, for a command without data
     */
    private short perform(byte command, short length, short expected) {
        switch (command) {
            case Ins.SELECT:
                return files.select(length);
            case Ins.GET_DATA:
                return report.get();
            case Ins.GET_CHALLENGE:
                return authority.challenge(expected);
            case Ins.READ_BINARY:
                return files.read(expected);
            case Ins.EXTERNAL_AUTHENTICATE:
                authority.authenticateIssuer(length);
                return 0;
            case Ins.ACTIVATE:
                authority.activate();
                return 0;
            case Ins.TERMINATE_CARD_USAGE:
                terminate();
                return 0;
            case Ins.VERIFY:
                authority.verify(length);
                return 0;
            case Ins.CHANGE_REFERENCE_DATA:
            case Ins.RESET_RETRY_COUNTER:
                authority.replacePin(length, command == Ins.RESET_RETRY_COUNTER);
                return 0;
            case Ins.GENERATE_ASYMMETRIC_KEY_PAIR:
                return CommandRules.readsPublicKey(ram) ? generation.readPublicKey() : generation.generate(length);
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
            case Ins.DELETE_FILE:
                files.delete(length);
                return 0;
            case Ins.PERSONALISE | CommandRules.OURS:
                authority.personalise(length);
                return 0;
            case Ins.BEGIN_GROUP | CommandRules.OURS:
                return group.begin(length);
            case Ins.SET_COMPONENT | CommandRules.OURS:
                group.setComponent(length);
                return 0;
            case Ins.CLEAR_GROUP | CommandRules.OURS:
                group.clear(key.present() || imports.state == Import.TICKETED || export.isPending);
                return 0;
            case Ins.GET_TICKET | CommandRules.OURS:
                return imports.ticket(length);
            case Ins.EXPORT_KEY | CommandRules.OURS:
                return export.export(length);
            case Ins.IMPORT_KEY | CommandRules.OURS:
                return imports.importKey(length);
            case Ins.CONFIRM_EXPORT | CommandRules.OURS:
                export.confirm(length);
                return 0;
            case Ins.CANCEL_TICKET | CommandRules.OURS:
                return imports.cancel();
            case Ins.ABANDON_EXPORT | CommandRules.OURS:
                export.abandon();
                return 0;
            case Ins.TRANSCODE | CommandRules.OURS:
                return usage.transcode(length);
            case Ins.CHECK | CommandRules.OURS:
                return usage.check(length);
            case Ins.WRAP | CommandRules.OURS:
                return usage.wrap(length);
            case Ins.UNWRAP | CommandRules.OURS:
                return usage.unwrap(length);
            case Ins.KEEP | CommandRules.OURS:
                return usage.keep(length);
            case Ins.PUT_CONTACT | CommandRules.OURS:
                contacts.put(length);
                return 0;
            case Ins.DELETE_CONTACT | CommandRules.OURS:
                contacts.delete();
                return 0;
            case Ins.GET_CONTACT | CommandRules.OURS:
                return contacts.get();
            default:
                return CommandRules.refuse();
        }
    }
}

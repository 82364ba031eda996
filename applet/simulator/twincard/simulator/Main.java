package twincard.simulator;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The command line: {@code run (--state FILE | --memory) [--lab] [--applet CLASS] [--chip CHIP] [--requests FILE]
 * [--answers FILE]}; see the package description. {@code rehearse FOLDER} is for Java to note the classes that a
 * card takes.
 */
public final class Main {
    private static final String USAGE =
            "Usage: java -jar simulator.jar run (--state FILE | --memory) [--lab] [--applet CLASS]"
                    + " [--chip CHIP] [--requests FILE] [--answers FILE]";
    private static final String USUAL_APPLET = "twincard.card.ExtendedTrustTwinCardApplet";
    private static final int FAILED = 2;
    private static final int IN_USE = 3;

    private Main() {}

    record Options(Path state, boolean laboratory, String applet, Chip chip, String requests, String answers) {
        static Options ofCard(Path state) {
            return new Options(state, false, USUAL_APPLET, Chip.withoutLimits(), null, null);
        }
    }

    /** Without files they are on the standard streams, for hosts whose programs inherit no others. */
    private static Frames frames(String requests, String answers) throws IOException {
        InputStream in = requests == null ? System.in : new FileInputStream(requests);
        OutputStream out = answers == null ? new FileOutputStream(FileDescriptor.out) : new FileOutputStream(answers);
        return new Frames(new BufferedInputStream(in), out);
    }

    public static void main(String[] arguments) {
        PrintStream errors = System.err;
        silenceJCardSim();
        Frames frames = null;
        try {
            if (arguments.length == 2 && arguments[0].equals("rehearse")) {
                Rehearsal.run(Path.of(arguments[1]));
                return;
            }
            if (arguments.length > 0 && arguments[0].equals("several")) {
                frames = arguments.length == 1 ? frames(null, null) : frames(arguments[2], arguments[4]);
                new SeveralCards().serve(frames);
                return;
            }
            Options options = parse(arguments);
            frames = frames(options.requests, options.answers);
            serve(options, frames);
        } catch (IOException failed) {
            end(told(failed), frames, errors);
        } catch (CardException failed) {
            end(failed, frames, errors);
        }
    }

    /** jCardSim prints what it lacks; standard output may carry frames, and standard error a sentence. */
    private static void silenceJCardSim() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        System.setOut(nowhere);
        System.setErr(nowhere);
    }

    /** The last answer tells why there are no more; it may have come before its question. */
    private static void end(CardException why, Frames frames, PrintStream errors) {
        errors.println(why.getMessage());
        if (frames != null) {
            try {
                frames.write(Frames.FAILED, why.encoded());
            } catch (IOException gone) {
                errors.println(gone.getMessage());
            }
        }
        System.exit(why.failure() == Failure.IN_USE ? IN_USE : FAILED);
    }

    static CardException told(IOException failed) {
        if (!(failed instanceof FileSystemException file)) {
            return new CardException(Failure.WRONG_USE, String.valueOf(failed.getMessage()));
        }
        if (file instanceof NoSuchFileException) {
            return new CardException(Failure.NO_FOLDER, file.getFile());
        }
        if (file instanceof AccessDeniedException) {
            return new CardException(Failure.NO_PERMISSION, file.getFile());
        }
        String reason = file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
        return new CardException(Failure.UNUSABLE, file.getFile(), reason);
    }

    static Options parse(String[] arguments) throws CardException {
        Path state = null;
        boolean inMemory = false;
        boolean laboratory = false;
        String applet = USUAL_APPLET;
        Chip chip = Chip.withoutLimits();
        String requests = null;
        String answers = null;
        for (int i = 1; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--state" -> state = Path.of(value(arguments, ++i));
                case "--memory" -> inMemory = true;
                case "--lab" -> laboratory = true;
                case "--applet" -> applet = value(arguments, ++i);
                case "--requests" -> requests = value(arguments, ++i);
                case "--answers" -> answers = value(arguments, ++i);
                case "--chip" -> chip = new Chip(value(arguments, ++i));
                default -> throw new CardException(Failure.WRONG_USE, USAGE);
            }
        }
        if (arguments.length == 0 || !arguments[0].equals("run") || inMemory == (state != null)) {
            throw new CardException(Failure.WRONG_USE, USAGE);
        }
        return new Options(state, laboratory, applet, chip, requests, answers);
    }

    private static String value(String[] arguments, int i) throws CardException {
        if (i == arguments.length) {
            throw new CardException(Failure.WRONG_USE, USAGE);
        }
        return arguments[i];
    }

    static void serve(Options options, Frames frames) throws CardException, IOException {
        try (StateFile file = options.state == null ? null : new StateFile(options.state)) {
            SavedCard saved = new SavedCard(AppletClasses.named(options.applet), options.chip, file);
            saved.load();
            new Session(saved, options.laboratory).serve(frames);
            saved.settle();
        }
    }
}

package twincard.simulator;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The command line: {@code run (--state FILE | --memory) [--lab] [--applet CLASS] [--chip CHIP]}; see the package
 * description. {@code rehearse FOLDER} is for Java to note the classes that a card takes.
 */
public final class Main {
    private static final String USAGE =
            "Usage: java -jar simulator.jar run (--state FILE | --memory) [--lab] [--applet CLASS]"
                    + " [--chip CHIP]";
    private static final String USUAL_APPLET = "twincard.card.ExtendedTrustTwinCardApplet";
    private static final int FAILED = 2;
    private static final int IN_USE = 3;

    private Main() {}

    record Options(Path state, boolean laboratory, String applet, Chip chip) {
        static Options ofCard(Path state) {
            return new Options(state, false, USUAL_APPLET, Chip.withoutLimits());
        }
    }

    public static void main(String[] arguments) {
        PrintStream errors = System.err;
        silenceJCardSim();
        try {
            if (arguments.length == 2 && arguments[0].equals("rehearse")) {
                Rehearsal.run(Path.of(arguments[1]));
            } else {
                serve(parse(arguments), standardStreams());
            }
        } catch (StateFile.InUse inUse) {
            errors.println("Another process uses this card.");
            System.exit(IN_USE);
        } catch (FileSystemException file) {
            errors.println("Cannot use " + file.getFile() + ": " + reason(file) + ".");
            System.exit(FAILED);
        } catch (CardException | IOException failed) {
            errors.println(failed.getMessage());
            System.exit(FAILED);
        }
    }

    /** jCardSim prints what it lacks; standard output carries frames, and standard error sentences. */
    private static void silenceJCardSim() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        System.setOut(nowhere);
        System.setErr(nowhere);
    }

    private static String reason(FileSystemException file) {
        if (file instanceof NoSuchFileException) {
            return "there is no such folder";
        }
        if (file instanceof AccessDeniedException) {
            return "permission denied";
        }
        return file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
    }

    private static Options parse(String[] arguments) throws CardException {
        Path state = null;
        boolean inMemory = false;
        boolean laboratory = false;
        String applet = USUAL_APPLET;
        Chip chip = Chip.withoutLimits();
        for (int i = 1; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--state" -> state = Path.of(value(arguments, ++i));
                case "--memory" -> inMemory = true;
                case "--lab" -> laboratory = true;
                case "--applet" -> applet = value(arguments, ++i);
                case "--chip" -> chip = new Chip(value(arguments, ++i));
                default -> throw new CardException(USAGE);
            }
        }
        if (arguments.length == 0 || !arguments[0].equals("run") || inMemory == (state != null)) {
            throw new CardException(USAGE);
        }
        return new Options(state, laboratory, applet, chip);
    }

    private static String value(String[] arguments, int i) throws CardException {
        if (i == arguments.length) {
            throw new CardException(USAGE);
        }
        return arguments[i];
    }

    private static Frames standardStreams() {
        return new Frames(new BufferedInputStream(System.in), new FileOutputStream(FileDescriptor.out));
    }

    static void serve(Options options, Frames frames) throws CardException, IOException, StateFile.InUse {
        try (StateFile file = options.state == null ? null : new StateFile(options.state)) {
            SavedCard saved = new SavedCard(AppletClasses.named(options.applet), options.chip, file);
            saved.load();
            new Session(saved, options.laboratory).serve(frames);
            saved.settle();
        }
    }
}

package twincard.simulator;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/** A new card and its next start, as a program has them, so that Java can note the classes that they take. */
final class Rehearsal {
    private static final String RESET = "01";
    private static final String SELECT = "0200A404000AF05457494E434152440100";
    private static final String INSTALL = "208020" + "00".repeat(32);

    private Rehearsal() {}

    /** Leaves a card's file in the folder. */
    static void run(Path folder) throws CardException, IOException {
        Path state = folder.resolve("rehearsal.card");
        Main.serve(Main.Options.ofCard(state), frames(RESET, INSTALL, SELECT));
        Main.serve(Main.Options.ofCard(state), frames(RESET, SELECT));
    }

    private static Frames frames(String... requests) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Frames written = new Frames(null, all);
        for (String request : requests) {
            byte[] frame = HexFormat.of().parseHex(request);
            written.write(frame[0], Arrays.copyOfRange(frame, 1, frame.length));
        }
        return new Frames(new ByteArrayInputStream(all.toByteArray()), OutputStream.nullOutputStream());
    }
}

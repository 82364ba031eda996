package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as its users see it: frames, exit codes, sentences. */
public class ProcessTest {
    private static final String INSTALL = "200A" + Probe.AID + "0102030405";

    @TempDir
    Path folder;

    private final List<Program> started = new ArrayList<>();

    @AfterEach
    public void end() {
        started.forEach(program -> program.process.destroyForcibly());
    }

    /** One running simulator. */
    private static final class Program {
        final Process process;
        final DataOutputStream out;
        final DataInputStream in;

        Program(List<String> command) throws IOException {
            process = new ProcessBuilder(command).start();
            out = new DataOutputStream(process.getOutputStream());
            in = new DataInputStream(process.getInputStream());
        }

        /** Sends operation and payload in hexadecimal; returns status and payload. */
        byte[] call(String frame) throws IOException {
            byte[] bytes = Probe.bytes(frame);
            out.writeInt(bytes.length);
            out.write(bytes);
            out.flush();
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return answer;
        }

        String hex(String frame) throws IOException {
            return HexFormat.of().formatHex(call(frame));
        }

        String sentence(String frame) throws IOException {
            byte[] answer = call(frame);
            assertEquals(Frames.FAILED, answer[0]);
            return told(ByteBuffer.wrap(answer, 1, answer.length - 1));
        }

        /** The sentence of a failure that came as its code and its values. */
        private static String told(ByteBuffer failure) {
            int code = failure.get();
            List<String> values = new ArrayList<>();
            while (failure.hasRemaining()) {
                byte[] text = new byte[failure.getShort() & 0xFFFF];
                failure.get(text);
                values.add(new String(text, StandardCharsets.UTF_8));
            }
            return Failure.values()[code].sentence(values.toArray(String[]::new));
        }

        String errors() throws IOException {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Program start(String... arguments) throws IOException {
        return startUnder("", arguments);
    }

    /** Starts the program from a shell that has run some command first. */
    private Program startUnder(String shellCommand, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", shellCommand + " exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), "twincard.simulator.Main"));
        command.addAll(Arrays.asList(arguments));
        Program program = new Program(command);
        started.add(program);
        return program;
    }

    private Program startCard(Path state) throws IOException {
        return start("run", "--state", state.toString(), "--applet", "twincard.probe.ProbeApplet");
    }

    private Program startLaboratory() throws IOException {
        Program program = start("run", "--memory", "--lab", "--applet", "twincard.probe.ProbeApplet");
        assertEquals("00", program.hex(INSTALL));
        select(program);
        return program;
    }

    private static void select(Program program) throws IOException {
        assertEquals("009000", program.hex("02" + Probe.SELECT));
    }

    private Path newState() {
        return folder.resolve("card");
    }

    @Test
    public void blankCardHasAnAnswerToResetAndNothingElse() throws Exception {
        Program program = startCard(newState());
        assertEquals("003b8e8131fe458073f001c0585457494e434152440f", program.hex("01"));
        assertEquals("The simulated card has no applet installed.", program.sentence("02" + Probe.SELECT));
        assertEquals("There is no operation 33.", program.sentence("33"));
        assertEquals("00", program.hex(INSTALL));
        assertEquals("The applet is already installed.", program.sentence(INSTALL));
    }

    @Test
    public void installationDataMayComeWithoutAid() throws Exception {
        Program program = startCard(newState());
        assertEquals("00", program.hex("20" + "8001FF"));
        select(program);
        assertEquals("8001ff9000", program.hex("0280110000").substring(2 + 2 * 45));
    }

    @Test
    public void endOfInputEndsTheProgram() throws Exception {
        Program program = startCard(newState());
        program.call(INSTALL);
        program.out.close();
        assertEquals(0, program.process.waitFor());
        assertEquals("", program.errors());
    }

    @Test
    public void killedAtAnyMomentTheCardHasItsLastAnsweredState() throws Exception {
        Path state = newState();
        startCard(state).call(INSTALL);
        started.get(0).process.destroyForcibly().waitFor();
        int counter = 0;
        for (int round = 0; round < 12; round++) {
            Program program = startCard(state);
            select(program);
            Thread killer = killLater(program.process, 20 + 13 * round);
            int answered = write(program, counter);
            killer.join();
            program.process.waitFor();
            Program again = startCard(state);
            select(again);
            byte[] report = again.call("0280110000");
            int found = (report[1 + Probe.COUNTER] & 0xFF) << 8 | report[2 + Probe.COUNTER] & 0xFF;
            assertTrue(found == answered || found == answered + 1, found + " after " + answered + " answers");
            assertEquals(report[2 + Probe.COUNTER], report[1], "the record has the same state");
            assertEquals("009000", again.hex("02801200000431323334"));
            counter = found;
            again.process.destroyForcibly().waitFor();
        }
        assertTrue(counter > 100, "commands were carried out: " + counter);
    }

    private static Thread killLater(Process process, int milliseconds) {
        Thread killer = new Thread(() -> {
            try {
                Thread.sleep(milliseconds);
            } catch (InterruptedException early) {
                Thread.currentThread().interrupt();
            }
            process.destroyForcibly();
        });
        killer.start();
        return killer;
    }

    /** Writing commands until the program dies; returns the counter after the last one that was answered. */
    private static int write(Program program, int counter) {
        int last = counter;
        try {
            while (true) {
                program.call("0280100000");
                last++;
            }
        } catch (IOException dead) {
            return last;
        }
    }

    @Test
    public void secondProcessOnACardIsRefused() throws Exception {
        Path state = newState();
        startCard(state).call(INSTALL);
        Program second = startCard(state);
        assertEquals(3, second.process.waitFor());
        assertEquals("Another process is using this card.\n", second.errors());
    }

    @Test
    public void wrongUseIsOneSentenceAndExitCode2() throws Exception {
        Path notACard = folder.resolve("text");
        Files.writeString(notACard, "text");
        String[][] wrong = {
            {}, {"run"}, {"run", "--memory", "--state", "x"}, {"run", "--memory", "--what"}, {"run", "--state"},
            {"run", "--memory", "--applet", "no.such.Applet"}, {"run", "--state", notACard.toString()},
            {"run", "--state", "/no/such/folder/card"},
        };
        for (String[] arguments : wrong) {
            Program program = start(arguments);
            assertEquals(2, program.process.waitFor(), Arrays.toString(arguments));
            assertEquals(1, program.errors().lines().count());
        }
    }

    @Test
    public void fullDiskIsAnErrorAndTheCardKeepsItsState() throws Exception {
        Path state = newState();
        startCard(state).call(INSTALL);
        started.get(0).process.destroyForcibly().waitFor();
        Program full = startUnder("ulimit -f 64;",
                "run", "--state", state.toString(), "--applet", "twincard.probe.ProbeApplet");
        select(full);
        assertTrue(full.sentence("0280100000").startsWith("Cannot save the card: "));
        assertEquals("The card could not be saved earlier. Open it again.", full.sentence("0280110000"));
        full.process.destroyForcibly().waitFor();
        Program again = startCard(state);
        select(again);
        assertEquals(0, again.call("0280110000")[2 + Probe.COUNTER]);
        assertEquals("009000", again.hex("0280100000"));
    }

    @Test
    public void laboratoryIsClosedWithoutItsOption() throws Exception {
        Program program = startCard(newState());
        program.call(INSTALL);
        for (String op : new String[] {"10", "1100000001", "1200000001", "13", "14", "15", "1600000001", "17"}) {
            assertEquals("This operation needs the option --lab.", program.sentence(op));
        }
    }

    @Test
    public void laboratoryCutsCountsAndRestores() throws Exception {
        Program program = startLaboratory();
        assertEquals("0000000001", program.hex("10"));
        program.call("13");
        program.call("0280100000");
        int writes = program.call("13")[4];
        assertTrue(writes > 10);
        byte[] image = program.call("17");
        assertEquals("00", program.hex("1200000003"));
        assertEquals("01", program.hex("0280100000"), "power was cut");
        assertEquals("02", program.hex("0280110000"), "no power");
        assertEquals(22, program.call("01").length);
        select(program);
        assertArrayEquals(image, program.call("17"));
        assertEquals("00", program.hex("1100000001"));
        select(program);
        assertEquals(0, program.call("0280110000")[2 + Probe.COUNTER]);
        assertEquals("00", program.hex("1600000001"));
        assertEquals("There is no such snapshot.", program.sentence("1100000001"));
        assertEquals("The payload is too short.", program.sentence("11"));
        assertEquals(17, program.call("14").length);
        assertEquals("00", program.hex("15"));
        assertEquals("006f00", program.hex("0280220000"));
        assertTrue(new String(program.call("15"), StandardCharsets.UTF_8).contains("CryptoException"));
    }

    @Test
    public void frameWithoutContentEndsTheProgram() throws Exception {
        Program program = startLaboratory();
        program.out.writeInt(0);
        program.out.flush();
        assertEquals(2, program.process.waitFor());
        assertEquals("A frame has 1 to 131072 bytes, not 0.\n", program.errors());
    }
}

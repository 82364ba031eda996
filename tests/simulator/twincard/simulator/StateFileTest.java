package twincard.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.CRC32;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import twincard.probe.ProbeApplet;

public class StateFileTest {
    private static final int NEWER = StateFile.CAPACITY;

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    public void install() throws Exception {
        path = folder.resolve("probe.card");
        try (StateFile file = new StateFile(path)) {
            open(file).install(Probe.bytes(Probe.AID), Probe.bytes("0102030405"));
        }
    }

    private static SavedCard open(StateFile file) throws IOException, CardException {
        SavedCard saved = new SavedCard(ProbeApplet.class, Chip.withoutLimits(), file);
        saved.load();
        return saved;
    }

    /** Starts the card anew, carries the commands out, and returns the report after the last. */
    private byte[] run(String... commands) throws Exception {
        try (StateFile file = new StateFile(path)) {
            SavedCard saved = open(file);
            saved.card().transmit(Probe.bytes(Probe.SELECT));
            for (String command : commands) {
                saved.card().transmit(Probe.bytes(command));
                saved.save();
            }
            return saved.card().transmit(Probe.bytes("80110000"));
        }
    }

    @Test
    public void stateSurvivesRestartsAndTransientMemoryDoesNot() throws Exception {
        byte[] before = run("80100000", "801D0000", "801200000439393939", "80180100", "80150000", "801200000431323334");
        assertArrayEquals(before, run());
        try (StateFile file = new StateFile(path)) {
            Card card = open(file).card();
            card.transmit(Probe.bytes(Probe.SELECT));
            assertArrayEquals(new byte[17], Arrays.copyOf(card.transmit(Probe.bytes("80160000")), 17),
                    "the PIN must be asked again");
            assertEquals(1, card.transmit(Probe.bytes("801A0100"))[0]);
        }
    }

    @Test
    public void referencesThatChangedAreKept() throws Exception {
        assertEquals(0, run()[Probe.ACTIVE]);
        assertEquals(1, run("801D0000")[Probe.ACTIVE]);
        assertEquals(1, run()[Probe.ACTIVE]);
    }

    @Test
    public void tornNewestSlotFallsBackToTheStateBefore() throws Exception {
        byte[] old = run();
        byte[] whole = afterOneChange();
        int end = NEWER + bodyEnd(whole, NEWER);
        for (int length = NEWER; length < end; length += 97) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertArrayEquals(old, run(), "cut to " + length + " bytes");
        }
        Files.write(path, whole);
        assertFalse(Arrays.equals(old, run()));
    }

    @Test
    public void anyByteAlteredInTheNewestSlotFallsBackToTheStateBefore() throws Exception {
        byte[] old = run();
        byte[] whole = afterOneChange();
        int end = bodyEnd(whole, NEWER);
        for (int at = 0; at < end; at += at < 28 ? 1 : 53) {
            byte[] torn = whole.clone();
            torn[NEWER + at] ^= 1;
            Files.write(path, torn);
            assertArrayEquals(old, run(), "byte " + at);
        }
    }

    private byte[] afterOneChange() throws Exception {
        run("80100000");
        return Files.readAllBytes(path);
    }

    private static int bodyEnd(byte[] file, int slot) {
        return 28 + ByteBuffer.wrap(file).getInt(slot + 20);
    }

    @Test
    public void fileWithoutAWholeSlotIsAnErrorAndStaysAsItIs() throws Exception {
        for (byte[] content : new byte[][] {{}, new byte[100], "no card at all".getBytes()}) {
            Files.write(path, content);
            CardException damaged = assertThrows(CardException.class, this::run);
            assertEquals("The card file " + path + " is damaged: it has no complete state.", damaged.getMessage());
            assertArrayEquals(content, Files.readAllBytes(path));
        }
    }

    @Test
    public void fileOfAnotherVersionIsAnError() throws Exception {
        byte[] file = afterOneChange();
        for (int slot = 0; slot <= NEWER; slot += NEWER) {
            ByteBuffer content = ByteBuffer.wrap(file, slot, bodyEnd(file, slot)).slice();
            CRC32 crc = new CRC32();
            crc.update(content.putShort(8, (short) 4).slice(0, 24));
            crc.update(content.slice(28, content.limit() - 28));
            content.putInt(24, (int) crc.getValue());
        }
        Files.write(path, file);
        CardException other = assertThrows(CardException.class, this::run);
        assertEquals("The card file " + path + " was written by another version of the simulator.", other.getMessage());
    }

    @Test
    public void commandThatOnlyReadsDoesNotTouchTheFile() throws Exception {
        run("80100000");
        byte[] before = Files.readAllBytes(path);
        run("80110000", "80160000", "80150000");
        assertArrayEquals(before, Files.readAllBytes(path));
    }

    @Test
    public void newCardAndWhatChangedByAnOrderlyEndAreForcedToTheDisk() throws Exception {
        path = folder.resolve("new.card");
        assertEquals(1, forced(() -> {
            try (StateFile file = new StateFile(path)) {
                SavedCard saved = open(file);
                saved.install(Probe.bytes(Probe.AID), Probe.bytes("0102030405"));
                saved.settle();
            }
        }), "a new card");
        assertEquals(0, forced(() -> runToTheEnd("80110000")), "nothing changed");
        assertEquals(1, forced(() -> runToTheEnd("80100000", "80100000")), "once for all changes");
    }

    private void runToTheEnd(String... commands) throws Exception {
        try (StateFile file = new StateFile(path)) {
            SavedCard saved = open(file);
            saved.card().transmit(Probe.bytes(Probe.SELECT));
            for (String command : commands) {
                saved.card().transmit(Probe.bytes(command));
                saved.save();
            }
            saved.settle();
        }
    }

    /** How often the action waited for the disk, as Java's own flight recorder has seen it. */
    private long forced(Executable action) throws Exception {
        String event = "jdk.FileForce";
        Path record = folder.resolve("record.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(event).withThreshold(Duration.ZERO);
            recording.start();
            assertDoesNotThrow(action);
            recording.stop();
            recording.dump(record);
        }
        return RecordingFile.readAllEvents(record).stream()
                .filter(seen -> seen.getEventType().getName().equals(event)).count();
    }

    @Test
    public void filesAreForTheirOwnerAlone() throws Exception {
        for (Path file : new Path[] {path, path.resolveSibling("probe.card.lock")}) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
    }

    @Test
    public void secondUserOfACardIsRefused() throws Exception {
        try (StateFile first = new StateFile(path)) {
            assertTrue(first.exists());
            CardException inUse = assertThrows(CardException.class, () -> new StateFile(path));
            assertEquals(Failure.IN_USE, inUse.failure());
        }
        new StateFile(path).close();
    }

    @Test
    public void cardIsInUseByEveryNameThatItHas() throws Exception {
        Path other = folder.resolve("other.card");
        Files.createSymbolicLink(folder.resolve("other.card.lock"), folder.resolve("probe.card.lock"));
        try (StateFile first = new StateFile(path)) {
            assertTrue(first.exists());
            CardException inUse = assertThrows(CardException.class, () -> new StateFile(other));
            assertEquals(Failure.IN_USE, inUse.failure());
        }
        new StateFile(other).close();
    }

    @Test
    public void installationIsRefusedOnACardThatHasTheApplet() throws Exception {
        try (StateFile file = new StateFile(path)) {
            SavedCard saved = open(file);
            assertThrows(CardException.class, () -> saved.install(Probe.bytes(Probe.AID), new byte[1]));
        }
    }

    @Test
    public void cardThatCannotBeSavedServesNoMore() throws Exception {
        byte[] before = run();
        try (StateFile file = new StateFile(path)) {
            SavedCard saved = open(file);
            saved.card().transmit(Probe.bytes(Probe.SELECT));
            saved.card().transmit(Probe.bytes("80100000"));
            saved.card().transmit(Probe.bytes("801F0400"));
            assertThrows(CardException.class, saved::save);
            assertThrows(CardException.class, saved::card);
        }
        assertArrayEquals(before, run());
    }
}

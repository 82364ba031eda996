package twincard.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The file commands: what is found, who may, what is kept, and what a deleted file leaves. */
public class FileSystemTest {
    private static final String OPEN_EF = "8C0443000000";
    private static final String OPEN_DF = "8C054700000000";

    private final Bench card = new Bench(8, 512).operational(0);
    private final FileSystem files = card.files;

    public FileSystemTest() {
        card.actAsIssuer(true);
    }

    private byte[] select(int p1, String data) {
        return card.send(files::select, p1, 0, Hex.bytes(data));
    }

    private int selectStatus(int p1, String data) {
        return card.status(files::select, p1, 0x0C, Hex.bytes(data));
    }

    private int create(String contents) {
        byte[] inner = Hex.bytes(contents);
        return card.status(length -> {
            files.create(length);
            return 0;
        }, 0, 0, Hex.bytes(String.format("62%02X", inner.length) + contents));
    }

    private int createEf(String fid, int size) {
        return create(String.format("8002%04X8201018302", size) + fid + OPEN_EF);
    }

    private int createDf(String fid) {
        return create("8201388302" + fid + OPEN_DF);
    }

    private int delete(String fid) {
        return card.status(length -> {
            files.delete(length);
            return 0;
        }, 0, 0, Hex.bytes(fid));
    }

    private int update(int offset, byte[] data) {
        return card.status(length -> {
            files.update(length);
            return 0;
        }, offset >> 8, offset, data);
    }

    private byte[] read(int offset, int expected) {
        return card.send(length -> files.read((short) expected), offset >> 8, offset, new byte[0]);
    }

    private int readStatus(int offset, int expected) {
        return card.status(length -> files.read((short) expected), offset >> 8, offset, new byte[0]);
    }

    @Test
    public void readingEndsWithTheFile() {
        createEf("D001", 10);
        assertEquals(2, read(8, 5).length);
        assertEquals(0, read(10, 5).length);
        assertEquals(0x6B00, readStatus(11, 5));
        assertEquals(0x6B00, readStatus(0x7FFF, 1));
        assertEquals(0x6A86, readStatus(0x8000, 1));
        assertTrue(FileSystem.endedEarly((short) 2, (short) 5));
        assertFalse(FileSystem.endedEarly((short) 5, (short) 5));
        assertFalse(FileSystem.endedEarly((short) 10, (short) 256));
        assertFalse(FileSystem.endedEarly((short) 10, (short) 0x7FFF));
        assertTrue(FileSystem.endedEarly((short) 10, (short) 300));
        assertFalse(FileSystem.endedEarly((short) 256, (short) 300));
    }

    @Test
    public void longUpdatesAreWrittenToo() {
        createEf("D001", 300);
        byte[] data = new byte[255];
        java.util.Arrays.fill(data, (byte) 0x77);
        assertEquals(0x9000, update(45, data));
        assertArrayEquals(data, read(45, 255));
        assertEquals(256, read(0, 300).length);
    }

    @Test
    public void whatARuleDoesNotMentionIsNeverAllowed() {
        assertEquals(0x9000, create("8002000A8201018302D0018C020100"));
        card.verify();
        assertEquals(0x9000, readStatus(0, 1));
        assertEquals(0x6982, update(0, new byte[] {1}));
    }

    @Test
    public void tagsComeInAnyOrder() {
        assertEquals(0x9000, create(OPEN_EF + "8302D00182010180020003"));
        assertArrayEquals(new byte[3], read(0, 256));
    }

    @Test
    public void aFreedPieceServesFilesNoLarger() {
        createEf("D001", 100);
        createEf("D002", 100);
        assertEquals(312, files.bytesFree());
        delete("D001");
        assertEquals(312, files.bytesFree());
        createEf("D003", 40);
        assertEquals(312, files.bytesFree(), "the piece was used");
        delete("D003");
        createEf("D004", 100);
        assertEquals(312, files.bytesFree(), "and is still whole");
        createEf("D005", 312);
        assertEquals(0, files.bytesFree());
        assertEquals(0x6A84, createEf("D006", 1));
        assertEquals(0x9000, createEf("D006", 0));
        assertEquals(0x9000, createDf("1000"));
    }

    @Test
    public void freedPiecesAtTheEndGoBackToThePool() {
        createEf("D001", 200);
        createEf("D002", 200);
        delete("D001");
        assertEquals(112, files.bytesFree());
        delete("D002");
        assertEquals(512, files.bytesFree());
        assertEquals(0x9000, createEf("D003", 512));
    }

    @Test
    public void filesNeverShareBytes() {
        java.util.Random random = new java.util.Random(7);
        java.util.Map<Integer, byte[]> model = new java.util.HashMap<>();
        for (int step = 0; step < 3000; step++) {
            int fid = 0xD000 + random.nextInt(12);
            String hex = String.format("%04X", fid);
            select(0, "");
            if (!model.containsKey(fid)) {
                int size = random.nextInt(120);
                if (createEf(hex, size) == 0x9000) {
                    model.put(fid, new byte[size]);
                    assertArrayEquals(new byte[size], read(0, 256));
                }
            } else if (random.nextInt(3) == 0) {
                assertEquals(0x9000, delete(hex));
                model.remove(fid);
            } else if (model.get(fid).length > 0) {
                random.nextBytes(model.get(fid));
                select(0, hex);
                assertEquals(0x9000, update(0, model.get(fid)));
            }
            for (java.util.Map.Entry<Integer, byte[]> file : model.entrySet()) {
                select(8, String.format("%04X", file.getKey()));
                assertArrayEquals(file.getValue(), read(0, 256));
            }
        }
    }

    @Test
    public void wipingLeavesTheMasterFileAndZeros() {
        createDf("1000");
        createEf("D001", 6);
        update(0, new byte[] {1, 2, 3, 4, 5, 6});
        files.wipe();
        files.wipe();
        files.resume();
        assertEquals(8, files.filesFree());
        assertEquals(512, files.bytesFree());
        assertEquals(0x6A82, selectStatus(8, "1000"));
        select(0, "");
        createEf("D002", 512);
        for (int at = 0; at < 512; at += 256) {
            assertArrayEquals(new byte[256], read(at, 256));
        }
    }
}

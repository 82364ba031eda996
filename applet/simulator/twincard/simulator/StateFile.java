package twincard.simulator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;

/**
 * The state of one card on disk, in two slots written in turn, so that a process killed at any moment leaves a whole
 * one.
 *
 * <p>Slot: magic "TWINCARD", format version (2 bytes), unused (2), sequence number (8), length of the body (4), CRC-32
 * of all but itself (4), body. The whole slot with the highest sequence number counts. The second slot begins at
 * {@link #CAPACITY}.
 *
 * <p>A new card is on the disk before it has its name, and what changed at the latest when the process ends in order.
 * Until then nothing is forced there, since that would take longer than the commands: killing the process loses
 * nothing, but when the computer itself loses its power, the file may hold an older state, or no whole one.
 *
 * <p>The file holds the card's secrets in the clear, the transport key of its installation included, and until the
 * process ends in order the older slot holds the state before the last change; so its mode is 0600.
 *
 * <p>The file {@code NAME.lock} beside it is locked while a process uses the card; it may be deleted with the card.
 */
final class StateFile implements AutoCloseable {
    static final int CAPACITY = 256 * 1024;

    private static final long MAGIC = 0x5457494E43415244L;
    /** Bodies have the chip and the applet class since this version. */
    static final short WITH_CHIP = 2;
    /** Bodies have what the host keeps since this version. */
    static final short WITH_KEPT = 3;
    private static final short OLDEST = 1;
    private static final short VERSION = 3;
    private static final int CRC_AT = 24;
    private static final int HEADER = 28;

    /** The locks of this process. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();
    /** Files of locks that this process had already, by other names: open as long as it runs. */
    private static final Set<FileChannel> SAME = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final Path held;
    private final FileChannel lock;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);
    private final int[] written = new int[2];
    private FileChannel channel;
    private long sequence;
    private short loadedVersion = VERSION;

    /**
     * Takes the card for this process. The file itself need not exist yet.
     *
     * @throws CardException when another process has it
     */
    StateFile(Path path) throws IOException, CardException {
        this.path = path;
        Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
        held = lockPath.toAbsolutePath().getParent().toRealPath().resolve(lockPath.getFileName());
        // To close the file of a lock lets go of it, wherever in the process that was taken: so it is not even opened.
        if (!HELD.add(held)) {
            throw new CardException(Failure.IN_USE);
        }
        FileChannel opened = null;
        try {
            opened = open(lockPath);
            if (opened.tryLock() == null) {
                throw new CardException(Failure.IN_USE);
            }
        } catch (OverlappingFileLockException same) {
            // By another name, as where a and A are one. To close it would let go of the lock.
            SAME.add(opened);
            HELD.remove(held);
            throw new CardException(Failure.IN_USE);
        } catch (IOException | CardException refused) {
            HELD.remove(held);
            if (opened != null) {
                opened.close();
            }
            throw refused;
        }
        lock = opened;
    }

    /** Writes the body of a state into a buffer. */
    interface Body {
        void write(ByteBuffer out);
    }

    boolean exists() {
        return Files.exists(path);
    }

    /** Whether a state was loaded or made, so that the next one is saved. */
    boolean isOpen() {
        return channel != null;
    }

    /** Makes the file with its first state, whole or not at all. */
    void create(Body body) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try {
            channel = open(fresh);
            save(body);
            force();
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Writes a new state over the older of the two. */
    void save(Body body) throws IOException {
        int slot = (int) (sequence & 1);
        buffer.clear();
        buffer.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putLong(sequence + 1).position(HEADER);
        body.write(buffer);
        int end = buffer.position();
        buffer.putInt(20, end - HEADER).putInt(CRC_AT, checksum(buffer, end - HEADER));
        while (buffer.position() < written[slot]) {
            buffer.put((byte) 0);
        }
        written[slot] = buffer.position();
        // The header comes last: a write that fails half-way never completes the slot.
        writeFully(slot, HEADER, written[slot]);
        writeFully(slot, 0, HEADER);
        sequence++;
    }

    /** Returns when all that was saved is on the disk. */
    void force() throws IOException {
        channel.force(false);
    }

    private void writeFully(int slot, int from, int to) throws IOException {
        buffer.limit(to).position(from);
        while (buffer.hasRemaining()) {
            channel.write(buffer, (long) slot * CAPACITY + buffer.position());
        }
    }

    /**
     * Reads the last whole state.
     *
     * @return its body
     * @throws CardException when there is none
     */
    ByteBuffer load() throws IOException, CardException {
        channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer newest = null;
        boolean otherVersion = false;
        for (int slot = 0; slot < 2; slot++) {
            ByteBuffer content = ByteBuffer.allocate(CAPACITY);
            int length = Math.max(0, channel.read(content, (long) slot * CAPACITY));
            written[slot] = length;
            if (isWhole(content, length)) {
                written[slot] = HEADER + content.getInt(20);
                otherVersion |= content.getShort(8) < OLDEST || content.getShort(8) > VERSION;
                if (newest == null || content.getLong(12) > sequence) {
                    sequence = content.getLong(12);
                    loadedVersion = content.getShort(8);
                    newest = content.slice(HEADER, content.getInt(20));
                }
            }
        }
        if (otherVersion) {
            throw new CardException(Failure.OTHER_VERSION, path.toString());
        }
        if (newest == null) {
            throw damaged();
        }
        return newest;
    }

    /** What to throw when a state was whole, and its body is none. */
    CardException damaged() {
        return new CardException(Failure.DAMAGED, path.toString());
    }

    /** The format version of the state that was loaded. */
    short loadedVersion() {
        return loadedVersion;
    }

    private static boolean isWhole(ByteBuffer content, int length) {
        return length >= HEADER
                && content.getLong(0) == MAGIC
                && content.getInt(20) >= 0
                && content.getInt(20) <= length - HEADER
                && content.getInt(CRC_AT) == checksum(content, content.getInt(20));
    }

    private static int checksum(ByteBuffer content, int bodyLength) {
        CRC32 crc = new CRC32();
        crc.update(content.slice(0, CRC_AT));
        crc.update(content.slice(HEADER, bodyLength));
        return (int) crc.getValue();
    }

    /** Opens a file for reading and writing; one that is made is for its owner alone. */
    private static FileChannel open(Path path) throws IOException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?> forOwner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        FileAttribute<?>[] attributes = posix ? new FileAttribute<?>[] {forOwner} : new FileAttribute<?>[0];
        try {
            return FileChannel.open(path,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    attributes);
        } catch (FileAlreadyExistsException there) {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
        lock.close();
        HELD.remove(held);
    }
}

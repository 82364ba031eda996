package twincard.simulator;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import javacard.framework.Applet;

/**
 * A card and the file that keeps it. The file holds what the host keeps for a card manager (since version 3), the
 * install parameters, the chip and the applet class (since version 2), then the {@link Image} of its memory; without an
 * applet, the instance AID is empty and there is no image. Without a file the card is in memory only.
 */
final class SavedCard {
    private static final byte[] NONE = {};

    private final StateFile file;
    private Class<? extends Applet> type;
    private Chip chip;
    private Card card;
    private byte[] aid = NONE;
    private byte[] data = NONE;
    /** What the host keeps on the card for its card manager; empty on a card that has none. */
    private byte[] kept = NONE;
    private boolean changed;
    private boolean broken;
    /** The older slot of the file holds another state than the newer one. */
    private boolean olderStateKept;

    /**
     * @param type the applet that a new card gets
     * @param chip what a new card is made of
     * @param file where the card is kept, or null
     */
    SavedCard(Class<? extends Applet> type, Chip chip, StateFile file) {
        this.type = type;
        this.chip = chip;
        this.file = file;
    }

    /** Takes the card from its file, if there is one: it is then as after power-up. */
    void load() throws IOException, CardException {
        if (file == null || !file.exists()) {
            return;
        }
        ByteBuffer body = file.load();
        try {
            if (file.loadedVersion() >= StateFile.WITH_KEPT) {
                kept = take(body);
            }
            aid = take(body);
            data = take(body);
            if (file.loadedVersion() >= StateFile.WITH_CHIP) {
                chip = new Chip(Names.takeText(body));
                type = AppletClasses.named(Names.takeText(body));
            } else {
                chip = Chip.withoutLimits();
            }
            if (aid.length > 0) {
                card = Card.load(type, aid, data, chip, body);
                card.takeChanged();
                card.takeWrites();
            }
        } catch (IllegalStateException unfit) {
            throw new CardException(Failure.UNFIT, unfit.getMessage());
        } catch (BufferUnderflowException | NegativeArraySizeException | IllegalArgumentException torn) {
            throw file.damaged();
        }
    }

    void install(byte[] newAid, byte[] newData) throws CardException {
        if (card != null) {
            throw new CardException(Failure.INSTALLED_ALREADY);
        }
        Card fresh = Card.install(type, newAid, newData, chip.fresh());
        // Of a new card only: one that is there goes on with an applet that has grown.
        chip.requirePersistent(fresh.sizes().persistent());
        aid = newAid;
        data = newData;
        card = fresh;
        card.takeChanged();
        card.takeWrites();
        try {
            saveNow();
        } catch (CardException unsaved) {
            forget();
            throw unsaved;
        }
    }

    /** Deletes the applet, if there is one, with all that it holds; to be followed by {@link #save}. */
    void remove() throws CardException {
        requireSaved();
        changed |= card != null;
        forget();
    }

    /** Keeps bytes for the host, in place of those before, with an applet or without; {@link #save} must follow. */
    void keep(byte[] bytes) throws CardException {
        requireSaved();
        if (bytes.length > Short.MAX_VALUE) {
            throw new CardException(Failure.WRONG_USE, "At most 32,767 bytes can be kept.");
        }
        changed = true;
        kept = bytes;
    }

    /** What the host has kept; empty when it has kept nothing. */
    byte[] kept() {
        return kept.clone();
    }

    private void forget() {
        card = null;
        aid = NONE;
        data = NONE;
    }

    /** Power off and on; returns the answer to reset, which a card without applet gives as well. */
    byte[] reset() throws CardException {
        return card == null ? chip.answerToReset() : card().reset();
    }

    /** The card, to be followed by {@link #save}. */
    Card card() throws CardException {
        if (card == null) {
            throw new CardException(Failure.NOT_INSTALLED);
        }
        requireSaved();
        return card;
    }

    private void requireSaved() throws CardException {
        if (broken) {
            throw new CardException(Failure.NOT_SAVED_EARLIER);
        }
    }

    /** Saves the card if anything persistent was written; after a failure the card serves no more. */
    void save() throws CardException {
        changed |= card != null && card.takeChanged();
        if (broken || !changed) {
            return;
        }
        try {
            saveNow();
        } catch (CardException unsaved) {
            broken = true;
            throw unsaved;
        }
    }

    private void saveNow() throws CardException {
        changed = false;
        try {
            if (file != null && file.isOpen()) {
                file.save(this::write);
                olderStateKept = true;
            } else if (file != null) {
                file.create(this::write);
            }
        } catch (IOException | IllegalStateException failed) {
            throw unsaved(failed);
        }
    }

    /**
     * At an orderly end: writes over the older state too, so that what was wiped on the card is in no slot, and sees to
     * it that the newest is on the disk.
     */
    void settle() throws CardException {
        if (!olderStateKept || broken) {
            return;
        }
        try {
            file.save(this::write);
            file.force();
            olderStateKept = false;
        } catch (IOException | IllegalStateException failed) {
            throw unsaved(failed);
        }
    }

    private static CardException unsaved(Exception cause) {
        return new CardException(Failure.NOT_SAVED, String.valueOf(cause.getMessage()));
    }

    private void write(ByteBuffer out) {
        put(out, kept);
        put(out, aid);
        put(out, data);
        Names.putText(out, chip.text());
        Names.putText(out, type.getName());
        if (card != null) {
            card.write(out);
        }
    }

    private static void put(ByteBuffer out, byte[] bytes) {
        out.putShort((short) bytes.length).put(bytes);
    }

    private static byte[] take(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort()];
        in.get(bytes);
        return bytes;
    }
}

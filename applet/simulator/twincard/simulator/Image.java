package twincard.simulator;

import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The persistent memory of a card as bytes: for each cell its name, a length of four bytes, and its content. A cell
 * that the file has and the applet has not, or the other way round, is passed over, so that the classes of the applet
 * may change; {@link OldNames} finds what only got another name.
 */
final class Image {
    private Image() {}

    /** @throws IllegalStateException when the memory does not fit or holds what cannot be kept */
    static void write(Graph graph, ByteBuffer out) {
        graph.requireConstants();
        try {
            graph.cells().forEach((name, cell) -> {
                Names.putText(out, name);
                int at = out.position();
                out.putInt(0);
                cell.encode(out, graph.names());
                out.putInt(at, out.position() - at - Integer.BYTES);
            });
        } catch (BufferOverflowException full) {
            throw new IllegalStateException("the card's memory does not fit into its state file");
        }
    }

    /**
     * @return whether it filled all of the memory
     * @throws IllegalStateException when a cell does not fit the applet
     */
    static boolean read(Graph graph, ByteBuffer in) {
        Map<String, Cell> cells = graph.cells();
        Set<Cell> filled = new HashSet<>();
        OldNames old = new OldNames(graph.names());
        boolean whole = true;
        try {
            while (in.hasRemaining()) {
                String name = Names.takeText(in);
                int length = in.getInt();
                ByteBuffer content = in.slice(in.position(), length);
                in.position(in.position() + length);
                Cell cell = cells.containsKey(name) ? cells.get(name) : cells.get(old.today(name));
                if (cell != null) {
                    if (!filled.add(cell)) {
                        throw new IllegalStateException("two saved places are one in the applet, the other " + name);
                    }
                    whole &= cell.decode(content, graph.names());
                    if (content.hasRemaining()) {
                        throw new IllegalStateException("the saved " + name + " is longer than the applet's");
                    }
                }
            }
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException wrong) {
            throw new IllegalStateException("the saved state does not fit this version of the applet");
        }
        return whole && filled.size() == cells.size();
    }
}

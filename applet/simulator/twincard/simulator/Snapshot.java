package twincard.simulator;

import java.util.ArrayList;
import java.util.List;

/** A copy of a card's persistent memory within the process. */
public final class Snapshot {
    private final List<Object> copies = new ArrayList<>();

    Snapshot(Graph graph) {
        graph.requireConstants();
        graph.cells().values().forEach(cell -> copies.add(cell.copy(graph.names())));
    }

    void restore(Graph graph) {
        int i = 0;
        for (Cell cell : graph.cells().values()) {
            cell.restore(copies.get(i++));
        }
    }
}

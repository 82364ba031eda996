package twincard.subset;

import java.util.SortedSet;
import java.util.TreeSet;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LineNumberNode;

/** Collects findings, each once: the data flow visits an instruction several times. */
final class Findings {
    private final SortedSet<Finding> all = new TreeSet<>();

    SortedSet<Finding> all() {
        return all;
    }

    void add(ClassNode in, String construct) {
        add(in, 0, construct);
    }

    void add(ClassNode in, int line, String construct) {
        all.add(new Finding(in.name.replace('/', '.'), line, construct));
    }

    void add(ClassNode in, AbstractInsnNode at, String construct) {
        add(in, lineOf(at), construct);
    }

    /** The source line of an instruction, 0 when the class has no line numbers. */
    private static int lineOf(AbstractInsnNode at) {
        for (AbstractInsnNode i = at; i != null; i = i.getPrevious()) {
            if (i instanceof LineNumberNode number) {
                return number.line;
            }
        }
        return 0;
    }
}

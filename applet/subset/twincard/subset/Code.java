package twincard.subset;

import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodNode;

/** The instructions of a method, without labels, line numbers and frames. */
final class Code {
    private final MethodNode method;

    Code(MethodNode method) {
        this.method = method;
    }

    List<AbstractInsnNode> instructions() {
        return nodes().filter(node -> node.getOpcode() >= 0).toList();
    }

    /** The first source line, 0 when the class has no line numbers or the method has no body. */
    int firstLine() {
        return nodes()
                .filter(LineNumberNode.class::isInstance)
                .mapToInt(node -> ((LineNumberNode) node).line)
                .findFirst()
                .orElse(0);
    }

    private Stream<AbstractInsnNode> nodes() {
        return StreamSupport.stream(method.instructions.spliterator(), false);
    }
}

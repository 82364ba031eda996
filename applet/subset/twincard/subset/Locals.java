package twincard.subset;

import java.util.Optional;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.LocalVariableNode;
import org.objectweb.asm.tree.MethodNode;

/** The declared local variables of a method. What javac adds by itself (foreach, finally) has none. */
final class Locals {
    private final MethodNode method;

    Locals(MethodNode method) {
        this.method = method;
    }

    /** The declared type of the variable in a slot, where an instruction reads or changes it. */
    Optional<Type> typeAt(int slot, AbstractInsnNode at) {
        if (method.localVariables == null) {
            return Optional.empty();
        }
        int here = method.instructions.indexOf(at);
        return method.localVariables.stream()
                .filter(local -> local.index == slot && isAlive(local, here))
                .map(local -> Type.getType(local.desc))
                .findFirst();
    }

    private boolean isAlive(LocalVariableNode local, int here) {
        return method.instructions.indexOf(local.start) <= here
                && here < method.instructions.indexOf(local.end);
    }
}

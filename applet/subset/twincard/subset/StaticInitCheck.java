package twincard.subset;

import java.util.Locale;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.util.Printer;

/**
 * Checks a static initialiser: nothing runs on the card, the converter turns it into data. So only
 * constants, and arrays of primitive constants, which have elements: some cards refuse to load others.
 */
final class StaticInitCheck {
    private static final Set<Integer> DATA =
            Set.of(
                    Opcodes.ACONST_NULL,
                    Opcodes.BIPUSH,
                    Opcodes.SIPUSH,
                    Opcodes.NEWARRAY,
                    Opcodes.DUP,
                    Opcodes.BASTORE,
                    Opcodes.SASTORE,
                    Opcodes.PUTSTATIC,
                    Opcodes.RETURN);

    private StaticInitCheck() {}

    static void run(ClassNode owner, MethodNode method, Findings findings) {
        for (AbstractInsnNode at : new Code(method).instructions()) {
            int opcode = at.getOpcode();
            boolean small = opcode >= Opcodes.ICONST_M1 && opcode <= Opcodes.ICONST_5;
            if (opcode == Opcodes.NEWARRAY && at.getPrevious().getOpcode() == Opcodes.ICONST_0) {
                findings.add(owner, at, "static array without elements");
            }
            if (!small && !DATA.contains(opcode)) {
                String name = Printer.OPCODES[opcode].toLowerCase(Locale.ROOT);
                findings.add(owner, at, "static field initialised by " + name);
            }
        }
    }
}

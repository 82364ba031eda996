package twincard.weaver;

import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.MethodNode;
import twincard.simulator.Hooks;

/**
 * Tells the simulator how deep the stack of the card is: the bytes of a method's frame when it begins and when it ends.
 * A frame has two bytes for each local variable beyond the parameters, which are on the caller's stack already, and for
 * each place of its own stack at its fullest, and what the machine keeps to return.
 */
final class Frame extends MethodVisitor {
    private static final String HOOKS = Type.getInternalName(Hooks.class);
    private static final int CELL = 2;
    /** Return address, the caller's frame and the method's class: four cells. */
    private static final int RETURN = 4 * CELL;

    private final Label begin = new Label();
    private final int bytes;
    /** An object under construction cannot be handed to a handler: the runtime puts right what its fault leaves. */
    private final boolean unwinds;

    Frame(MethodVisitor next, MethodNode method) {
        super(Opcodes.ASM9, next);
        int parameters = Type.getArgumentsAndReturnSizes(method.desc) >> 2;
        boolean isStatic = (method.access & Opcodes.ACC_STATIC) != 0;
        int own = method.maxLocals - (isStatic ? parameters - 1 : parameters);
        bytes = CELL * (own + method.maxStack) + RETURN;
        unwinds = !method.name.startsWith("<");
    }

    @Override
    public void visitCode() {
        super.visitCode();
        hook("enter");
        super.visitLabel(begin);
    }

    @Override
    public void visitInsn(int opcode) {
        if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
            hook("leave");
        }
        super.visitInsn(opcode);
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
        if (unwinds) {
            Label end = new Label();
            super.visitLabel(end);
            super.visitTryCatchBlock(begin, end, end, null);
            super.visitFrame(Opcodes.F_FULL, 0, null, 1, new Object[] {"java/lang/Throwable"});
            hook("leave");
            super.visitInsn(Opcodes.ATHROW);
        }
        super.visitMaxs(maxStack, maxLocals);
    }

    private void hook(String name) {
        super.visitIntInsn(Opcodes.SIPUSH, bytes);
        super.visitMethodInsn(Opcodes.INVOKESTATIC, HOOKS, name, "(I)V", false);
    }
}

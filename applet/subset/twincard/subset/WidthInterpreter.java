package twincard.subset;

import java.util.List;
import java.util.function.BiConsumer;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.Interpreter;

/**
 * Follows the widths of integers through a method, and reports each use of a WIDE value whose result
 * on a card, which computes in 16 bits, would differ. Stricter than the converter in one place: it
 * lets {@code (a + b | c) > 0} pass, where the card's answer differs from Java's.
 */
final class WidthInterpreter extends Interpreter<Width> {
    private final Locals locals;
    private final BiConsumer<AbstractInsnNode, String> report;

    WidthInterpreter(MethodNode method, BiConsumer<AbstractInsnNode, String> report) {
        super(Opcodes.ASM9);
        this.locals = new Locals(method);
        this.report = report;
    }

    @Override
    public Width newValue(Type type) {
        if (type == null) {
            return Width.NONE;
        }
        return type == Type.VOID_TYPE ? null : Width.of(type);
    }

    @Override
    public Width newOperation(AbstractInsnNode at) {
        int opcode = at.getOpcode();
        if (opcode >= Opcodes.ICONST_M1 && opcode <= Opcodes.ICONST_5) {
            return Width.BYTE;
        }
        return switch (opcode) {
            case Opcodes.BIPUSH, Opcodes.SIPUSH -> Width.of(((IntInsnNode) at).operand);
            case Opcodes.GETSTATIC -> Width.of(Type.getType(((FieldInsnNode) at).desc));
            default -> Width.REFERENCE; // LDC of an integer is reported by itself
        };
    }

    @Override
    public Width copyOperation(AbstractInsnNode at, Width value) {
        if (at.getOpcode() == Opcodes.ILOAD) {
            return locals.typeAt(((VarInsnNode) at).var, at).map(Width::of).orElse(value);
        }
        if (at.getOpcode() == Opcodes.ISTORE) {
            need(value, at, "int value in a local variable");
        }
        return value;
    }

    @Override
    public Width unaryOperation(AbstractInsnNode at, Width value) {
        switch (at.getOpcode()) {
            case Opcodes.I2B:
                return Width.BYTE;
            case Opcodes.I2S:
                return Width.SHORT;
            case Opcodes.INEG:
                need(value, at, "int value is negated");
                return value.withOverflow();
            case Opcodes.ARRAYLENGTH:
                return Width.SHORT;
            case Opcodes.GETFIELD:
                return Width.of(Type.getType(((FieldInsnNode) at).desc));
            case Opcodes.INSTANCEOF:
                return Width.BYTE;
            case Opcodes.NEWARRAY, Opcodes.ANEWARRAY:
                need(value, at, "int array length");
                return Width.REFERENCE;
            case Opcodes.TABLESWITCH, Opcodes.LOOKUPSWITCH:
                need(value, at, "switch on an int");
                return null;
            case Opcodes.IFEQ, Opcodes.IFNE, Opcodes.IFLT, Opcodes.IFGE, Opcodes.IFGT, Opcodes.IFLE:
                need(value, at, "comparison of an int");
                return null;
            case Opcodes.IRETURN, Opcodes.PUTSTATIC:
                need(value, at, "int value is stored or returned");
                return null;
            default:
                return value; // IINC is reported by itself; CHECKCAST and what takes a reference
        }
    }

    @Override
    public Width binaryOperation(AbstractInsnNode at, Width left, Width right) {
        switch (at.getOpcode()) {
            case Opcodes.IADD, Opcodes.ISUB, Opcodes.IMUL:
                return left.join(right).withOverflow();
            case Opcodes.ISHL:
                return Width.WIDE;
            case Opcodes.IAND:
                boolean fits = left == Width.WIDE && isMask(at.getPrevious());
                return fits ? Width.SHORT : left.join(right);
            case Opcodes.IOR, Opcodes.IXOR:
                return left.join(right);
            case Opcodes.ISHR:
                need(left, at, "int value is shifted right");
                return left;
            case Opcodes.IUSHR:
                need(left, at, "int value is shifted right");
                return Width.WIDE;
            case Opcodes.IDIV:
                need(left.join(right), at, "int value is divided");
                return left.join(right).withOverflow();
            case Opcodes.IREM:
                need(left.join(right), at, "int value is divided");
                return left.join(right);
            case Opcodes.BALOAD, Opcodes.SALOAD, Opcodes.AALOAD:
                need(right, at, "int array index");
                return elementOf(at.getOpcode());
            case Opcodes.PUTFIELD:
                need(right, at, "int value is stored or returned");
                return null;
            default:
                need(left, at, "comparison of an int");
                need(right, at, "comparison of an int");
                return null;
        }
    }

    @Override
    public Width ternaryOperation(AbstractInsnNode at, Width array, Width index, Width value) {
        need(index, at, "int array index");
        need(value, at, "int value is stored or returned");
        return null;
    }

    @Override
    public Width naryOperation(AbstractInsnNode at, List<? extends Width> values) {
        for (Width value : values) {
            need(value, at, "int argument");
        }
        return at instanceof MethodInsnNode call
                ? newValue(Type.getReturnType(call.desc))
                : Width.REFERENCE;
    }

    @Override
    public void returnOperation(AbstractInsnNode at, Width value, Width expected) {
        // unaryOperation has seen it
    }

    @Override
    public Width merge(Width one, Width other) {
        return one.join(other);
    }

    private void need(Width value, AbstractInsnNode at, String construct) {
        if (value == Width.WIDE) {
            report.accept(at, construct + ", needs a cast");
        }
    }

    private static Width elementOf(int opcode) {
        return switch (opcode) {
            case Opcodes.BALOAD -> Width.BYTE;
            case Opcodes.SALOAD -> Width.SHORT;
            default -> Width.REFERENCE;
        };
    }

    /** Whether a right operand is a constant that makes a bitwise AND fit, whatever the left is. */
    private static boolean isMask(AbstractInsnNode right) {
        int opcode = right.getOpcode();
        return (opcode >= Opcodes.ICONST_0 && opcode <= Opcodes.ICONST_5)
                || (right instanceof IntInsnNode push && push.operand >= 0);
    }
}

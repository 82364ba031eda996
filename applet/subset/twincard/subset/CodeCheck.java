package twincard.subset;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.util.Printer;

/** Checks each instruction of a method by itself: what it does, which constants and names it uses. */
final class CodeCheck {
    private static final Map<Integer, String> NEW_ARRAY =
            Map.of(
                    Opcodes.T_CHAR, "char array",
                    Opcodes.T_INT, "int array",
                    Opcodes.T_LONG, "long array",
                    Opcodes.T_FLOAT, "float array",
                    Opcodes.T_DOUBLE, "double array");

    /** Opcodes that compute with long, float or double, or convert to or from them, or to char. */
    private static final Pattern UNSUPPORTED_TYPE =
            Pattern.compile("[LFD](CONST_|LOAD|STORE|ADD|SUB|MUL|DIV|REM|NEG|SH|USH|AND|OR|XOR|CMP).*"
                    + "|[LFD]A(LOAD|STORE)|[ILFD]2[ILFDC]");

    private final ClassNode owner;
    private final MethodNode method;
    private final Names names;
    private final Findings findings;

    CodeCheck(ClassNode owner, MethodNode method, Names names, Findings findings) {
        this.owner = owner;
        this.method = method;
        this.names = names;
        this.findings = findings;
    }

    void run() {
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            if (block.type != null) {
                names.check(block.type, block.handler);
            }
        }
        new Code(method).instructions().forEach(this::instruction);
    }

    private void instruction(AbstractInsnNode at) {
        switch (at.getOpcode()) {
            case Opcodes.INVOKEDYNAMIC -> findings.add(owner, at, "lambda or method reference");
            case Opcodes.MONITORENTER -> findings.add(owner, at, "synchronized block");
            case Opcodes.MULTIANEWARRAY -> findings.add(owner, at, "multi-dimensional array");
            case Opcodes.LDC -> constant(((LdcInsnNode) at).cst, at);
            case Opcodes.NEWARRAY -> newArray(((IntInsnNode) at).operand, at);
            case Opcodes.IINC -> increment((IincInsnNode) at);
            default -> operands(at);
        }
    }

    private void operands(AbstractInsnNode at) {
        if (at instanceof MethodInsnNode call) {
            call(call);
        } else if (at instanceof FieldInsnNode access) {
            names.checkMember(access.owner, Library.field(access.name, access.desc), access);
        } else if (at instanceof TypeInsnNode use) {
            type(use);
        } else if (isUnsupportedType(at.getOpcode())) {
            findings.add(owner, at, "instruction " + opcodeName(at));
        }
    }

    private void constant(Object value, AbstractInsnNode at) {
        if (value instanceof Integer) {
            findings.add(owner, at, "int constant " + value + ", beyond short");
        } else if (value instanceof String) {
            findings.add(owner, at, "String constant");
        } else if (value instanceof Type) {
            findings.add(owner, at, "class literal");
        } else {
            findings.add(owner, at, "constant of " + value.getClass());
        }
    }

    private void newArray(int elements, AbstractInsnNode at) {
        String unsupported = NEW_ARRAY.get(elements);
        if (unsupported != null) {
            findings.add(owner, at, unsupported);
        }
    }

    /** javac increments in place only what is an int; of those, a foreach has one without a name. */
    private void increment(IincInsnNode at) {
        String what = new Locals(method).typeAt(at.var, at).isPresent() ? "" : " hidden in a foreach";
        findings.add(owner, at, "int local variable" + what + " is incremented");
    }

    private void call(MethodInsnNode call) {
        if (call.owner.startsWith("[")) {
            findings.add(owner, call, "method " + call.name + " of an array");
        } else {
            String method = Library.method(call.name, call.desc);
            names.checkMember(call.owner, method, call);
            if (call.getOpcode() == Opcodes.INVOKEVIRTUAL) {
                names.checkReceiver(call.owner, method, call);
            }
        }
    }

    private void type(TypeInsnNode use) {
        Type type = Type.getObjectType(use.desc);
        boolean arrayOfArrays = use.getOpcode() == Opcodes.ANEWARRAY && type.getSort() == Type.ARRAY;
        Type made = arrayOfArrays ? Type.getType("[" + use.desc) : type;
        String name = opcodeName(use);
        Types.unsupported(made).ifPresent(bad -> findings.add(owner, use, bad + " in " + name));
        names.check(type, use);
    }

    private static String opcodeName(AbstractInsnNode at) {
        return Printer.OPCODES[at.getOpcode()].toLowerCase(Locale.ROOT);
    }

    /** Whether an instruction is for long, float, double, char, or arrays of int. */
    private static boolean isUnsupportedType(int opcode) {
        return switch (opcode) {
            case Opcodes.IALOAD, Opcodes.IASTORE, Opcodes.CALOAD, Opcodes.CASTORE -> true;
            default -> UNSUPPORTED_TYPE.matcher(Printer.OPCODES[opcode]).matches();
        };
    }
}

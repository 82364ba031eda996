package twincard.weaver;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;
import twincard.simulator.Copies;
import twincard.simulator.Hooks;
import twincard.simulator.Makers;
import twincard.simulator.Outputs;

/**
 * Rewrites one class: array stores, field stores, broad exception handlers, and the calls for which Copies, Makers and
 * Outputs have a method.
 */
final class WeavingVisitor extends ClassVisitor {
    private static final String HOOKS = Type.getInternalName(Hooks.class);
    private static final Set<String> CATCHES_ALL =
            Set.of("java/lang/RuntimeException", "java/lang/Exception", "java/lang/Throwable");
    private static final Map<String, Method> REDIRECTED = new HashMap<>();

    static {
        for (Method method : Copies.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers())) {
                String descriptor = Type.getMethodDescriptor(method);
                REDIRECTED.put("javacard/framework/Util." + method.getName() + descriptor, method);
            }
        }
        for (Method method : Makers.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers())) {
                REDIRECTED.put(made(method) + Type.getMethodDescriptor(method), method);
            }
        }
        for (Method method : Outputs.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers())) {
                Type[] all = Type.getArgumentTypes(method);
                Type[] withoutOwner = Arrays.copyOfRange(all, 1, all.length);
                String descriptor = Type.getMethodDescriptor(Type.getReturnType(method), withoutOwner);
                REDIRECTED.put(all[0].getInternalName() + "." + method.getName() + descriptor, method);
            }
        }
    }

    /** The call that a method of Makers takes the place of, without its descriptor. */
    private static String made(Method method) {
        if (method.getName().equals("buildKey")) {
            return "javacard/security/KeyBuilder.buildKey";
        }
        return method.getReturnType().isArray()
                ? "javacard/framework/JCSystem." + method.getName()
                : Type.getInternalName(method.getReturnType()) + ".getInstance";
    }

    private final Map<String, MethodNode> original = new HashMap<>();
    private String className;

    /** @param sizes the class as it is */
    WeavingVisitor(ClassVisitor next, ClassNode sizes) {
        super(Opcodes.ASM9, next);
        sizes.methods.forEach(method -> original.put(method.name + method.desc, method));
    }

    @Override
    public void visit(int version, int access, String name, String signature, String superName, String[] interfaces) {
        className = name;
        super.visit(version, access, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
            String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
        if (next == null) {
            return null;
        }
        Stores stores = new Stores(next, className + "." + name, name.startsWith("<"));
        boolean ofApplet = !className.startsWith("javacard") && !className.startsWith("com/licel/");
        return ofApplet ? new Frame(stores, original.get(name + descriptor)) : stores;
    }

    private static final class Stores extends MethodVisitor {
        private final String where;
        /** The fields of an object under construction are of no interest: nothing refers to it yet. */
        private final boolean constructing;
        private final Set<Label> broadHandlers = new HashSet<>();
        private boolean atBroadHandler;

        Stores(MethodVisitor next, String where, boolean constructing) {
            super(Opcodes.ASM9, next);
            this.where = where;
            this.constructing = constructing;
        }

        @Override
        public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
            if (type != null && CATCHES_ALL.contains(type)) {
                broadHandlers.add(handler);
            }
            super.visitTryCatchBlock(start, end, handler, type);
        }

        @Override
        public void visitLabel(Label label) {
            super.visitLabel(label);
            atBroadHandler |= broadHandlers.contains(label);
        }

        /** The first instruction of a handler, after its frame: it stores the exception. */
        @Override
        public void visitVarInsn(int opcode, int variable) {
            noteCaught();
            super.visitVarInsn(opcode, variable);
        }

        private void noteCaught() {
            if (atBroadHandler) {
                atBroadHandler = false;
                super.visitInsn(Opcodes.DUP);
                hook("caught", "(Ljava/lang/Throwable;)V");
            }
        }

        @Override
        public void visitInsn(int opcode) {
            noteCaught();
            switch (opcode) {
                case Opcodes.BASTORE -> hook("storeByte", "(Ljava/lang/Object;II)V");
                case Opcodes.SASTORE -> hook("storeShort", "([SII)V");
                case Opcodes.IASTORE -> hook("storeInt", "([III)V");
                case Opcodes.AASTORE -> hook("storeReference", "([Ljava/lang/Object;ILjava/lang/Object;)V");
                case Opcodes.CASTORE, Opcodes.LASTORE, Opcodes.FASTORE, Opcodes.DASTORE ->
                    throw new IllegalStateException(where + " stores into an array that Java Card lacks");
                default -> super.visitInsn(opcode);
            }
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            String field = owner.replace('/', '.') + "." + name;
            boolean stores = opcode == Opcodes.PUTFIELD || opcode == Opcodes.PUTSTATIC;
            if (stores && (descriptor.startsWith("[") || descriptor.startsWith("L"))) {
                super.visitInsn(Opcodes.DUP);
                if (opcode == Opcodes.PUTSTATIC && constructing) {
                    super.visitLdcInsn(field);
                    hook("constant", "(Ljava/lang/Object;Ljava/lang/String;)V");
                } else {
                    hook("reference", "(Ljava/lang/Object;)V");
                }
            }
            if (!constructing && opcode == Opcodes.PUTFIELD) {
                requireOneWord(descriptor);
                super.visitInsn(Opcodes.DUP2);
                super.visitInsn(Opcodes.POP);
                super.visitLdcInsn(field);
                hook("field", "(Ljava/lang/Object;Ljava/lang/String;)V");
            } else if (!constructing && opcode == Opcodes.PUTSTATIC) {
                super.visitInsn(Opcodes.ACONST_NULL);
                super.visitLdcInsn(field);
                hook("field", "(Ljava/lang/Object;Ljava/lang/String;)V");
            }
            super.visitFieldInsn(opcode, owner, name, descriptor);
        }

        /** An object or an array is about to be made. */
        private void countMade(int opcode) {
            if (opcode == Opcodes.NEW || opcode == Opcodes.NEWARRAY || opcode == Opcodes.ANEWARRAY) {
                hook("make", "()V");
            }
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            countMade(opcode);
            super.visitTypeInsn(opcode, type);
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            countMade(opcode);
            super.visitIntInsn(opcode, operand);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (owner.startsWith("javacardx/framework/")) {
                throw new IllegalStateException(
                        where + " calls " + owner + ", whose writes the simulator does not see");
            }
            Method replacement = REDIRECTED.get(owner + "." + name + descriptor);
            if (replacement == null) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            } else {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(replacement.getDeclaringClass()),
                        replacement.getName(), Type.getMethodDescriptor(replacement), false);
            }
        }

        private void hook(String name, String descriptor) {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, HOOKS, name, descriptor, false);
        }

        private void requireOneWord(String descriptor) {
            if (descriptor.equals("J") || descriptor.equals("D")) {
                throw new IllegalStateException(where + " stores into a field that Java Card lacks");
            }
        }
    }
}

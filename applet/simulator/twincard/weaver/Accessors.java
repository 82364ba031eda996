package twincard.weaver;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.FieldNode;
import twincard.simulator.Woven;

/** Makes a class {@link Woven}, when it has fields. */
final class Accessors extends ClassVisitor {
    private static final String WOVEN = Type.getInternalName(Woven.class);
    private static final int ACCESS = Opcodes.ACC_PUBLIC | Opcodes.ACC_SYNTHETIC;
    private static final String GET = "twincard$get";
    private static final String GET_TYPE = "(I)Ljava/lang/Object;";
    private static final String SET = "twincard$set";
    private static final String SET_TYPE = "(ILjava/lang/Object;)V";
    private static final int INDEX = 1;
    private static final int VALUE = 2;
    private static final Map<Integer, String> BOXES = Map.of(Type.BOOLEAN, "java/lang/Boolean",
            Type.BYTE, "java/lang/Byte", Type.SHORT, "java/lang/Short", Type.INT, "java/lang/Integer");

    private final List<FieldNode> fields;
    /** The number of the first: those of the superclasses come before it. */
    private final int first;
    private String className;
    private String superName;

    Accessors(ClassVisitor next, WovenClasses.Layout layout) {
        super(Opcodes.ASM9, next);
        fields = layout.fields();
        first = layout.first();
    }

    @Override
    public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
        className = name;
        superName = parent;
        String[] all = interfaces;
        if (!fields.isEmpty()) {
            all = Arrays.copyOf(interfaces, interfaces.length + 1);
            all[interfaces.length] = WOVEN;
        }
        super.visit(version, access, name, signature, parent, all);
    }

    @Override
    public void visitEnd() {
        if (!fields.isEmpty()) {
            write(GET, GET_TYPE, this::get);
            write(SET, SET_TYPE, this::set);
        }
        super.visitEnd();
    }

    /** What a method does with one field, and then returns. */
    private interface Part {
        void write(MethodVisitor code, FieldNode field);
    }

    private void write(String name, String descriptor, Part part) {
        MethodVisitor code = super.visitMethod(ACCESS, name, descriptor, null, null);
        code.visitCode();
        if (first > 0) {
            passUp(code, name, descriptor);
        }
        Label[] labels = new Label[fields.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = new Label();
        }
        Label none = new Label();
        code.visitVarInsn(Opcodes.ILOAD, INDEX);
        code.visitTableSwitchInsn(first, first + labels.length - 1, none, labels);
        for (int i = 0; i < labels.length; i++) {
            begin(code, labels[i]);
            part.write(code, fields.get(i));
        }
        begin(code, none);
        refuse(code);
        code.visitMaxs(0, 0);
        code.visitEnd();
    }

    /** Leaves the fields before this class's to the superclass. */
    private void passUp(MethodVisitor code, String name, String descriptor) {
        Label own = new Label();
        code.visitVarInsn(Opcodes.ILOAD, INDEX);
        code.visitIntInsn(Opcodes.SIPUSH, first);
        code.visitJumpInsn(Opcodes.IF_ICMPGE, own);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitVarInsn(Opcodes.ILOAD, INDEX);
        boolean sets = name.equals(SET);
        if (sets) {
            code.visitVarInsn(Opcodes.ALOAD, VALUE);
        }
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, superName, name, descriptor, false);
        code.visitInsn(sets ? Opcodes.RETURN : Opcodes.ARETURN);
        begin(code, own);
    }

    private void get(MethodVisitor code, FieldNode field) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, className, field.name, field.desc);
        Type type = Type.getType(field.desc);
        if (isPrimitive(type)) {
            String box = box(type);
            code.visitMethodInsn(Opcodes.INVOKESTATIC, box, "valueOf", "(" + field.desc + ")L" + box + ";", false);
        }
        code.visitInsn(Opcodes.ARETURN);
    }

    private void set(MethodVisitor code, FieldNode field) {
        if ((field.access & Opcodes.ACC_FINAL) != 0) {
            refuse(code);
            return;
        }
        Type type = Type.getType(field.desc);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitVarInsn(Opcodes.ALOAD, VALUE);
        if (isPrimitive(type)) {
            String box = box(type);
            code.visitTypeInsn(Opcodes.CHECKCAST, box);
            code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, box, type.getClassName() + "Value", "()" + field.desc, false);
        } else {
            code.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
        }
        code.visitFieldInsn(Opcodes.PUTFIELD, className, field.name, field.desc);
        code.visitInsn(Opcodes.RETURN);
    }

    private static void refuse(MethodVisitor code) {
        String exception = "java/lang/IndexOutOfBoundsException";
        code.visitTypeInsn(Opcodes.NEW, exception);
        code.visitInsn(Opcodes.DUP);
        code.visitVarInsn(Opcodes.ILOAD, INDEX);
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, exception, "<init>", "(I)V", false);
        code.visitInsn(Opcodes.ATHROW);
    }

    private static void begin(MethodVisitor code, Label label) {
        code.visitLabel(label);
        code.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    }

    private static boolean isPrimitive(Type type) {
        return type.getSort() < Type.ARRAY;
    }

    private String box(Type type) {
        String box = BOXES.get(type.getSort());
        if (box == null) {
            throw new IllegalStateException(className + " has a field that Java Card lacks");
        }
        return box;
    }
}

package twincard.weaver;

import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Lets jCardSim's keys of elliptic curves compute with the simulator's P-256, where they are on that curve. */
final class KnownCurve extends ClassVisitor {
    private static final String KEY = "com/licel/jcardsim/crypto/ECKeyImpl";
    private static final String CURVE = "com/licel/jcardsim/crypto/P256";
    private static final String DOMAIN = "com/licel/jcardsim/bouncycastle/crypto/params/ECDomainParameters";

    private boolean isKey;

    KnownCurve(ClassVisitor next) {
        super(Opcodes.ASM9, next);
    }

    @Override
    public void visit(int version, int access, String name, String signature, String superName, String[] interfaces) {
        isKey = name.equals(KEY);
        super.visit(version, access, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
            String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
        if (!isKey || !name.equals("getDomainParameters")) {
            return next;
        }
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                Label onAnother = new Label();
                super.visitVarInsn(Opcodes.ALOAD, 0);
                super.visitMethodInsn(Opcodes.INVOKESTATIC, CURVE, "of", "(L" + KEY + ";)L" + DOMAIN + ";", false);
                super.visitInsn(Opcodes.DUP);
                super.visitJumpInsn(Opcodes.IFNULL, onAnother);
                super.visitInsn(Opcodes.ARETURN);
                super.visitLabel(onAnother);
                super.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {DOMAIN});
                super.visitInsn(Opcodes.POP);
            }
        };
    }
}

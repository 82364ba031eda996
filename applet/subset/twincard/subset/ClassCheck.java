package twincard.subset;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.LocalVariableNode;
import org.objectweb.asm.tree.MethodNode;

/** Checks what a class declares: modifiers, and the types of its fields, methods and local variables. */
final class ClassCheck {
    private final ClassNode owner;
    private final Names names;
    private final Findings findings;

    ClassCheck(ClassNode owner, Names names, Findings findings) {
        this.owner = owner;
        this.names = names;
        this.findings = findings;
    }

    void run() {
        if (is(owner.access, Opcodes.ACC_ENUM)) {
            findings.add(owner, "enum");
            return; // everything else in it follows from that
        }
        List<String> supertypes = new ArrayList<>(owner.interfaces);
        supertypes.add(owner.superName);
        supertypes.forEach(name -> names.check(name, null));
        owner.fields.forEach(this::field);
        owner.methods.forEach(this::method);
    }

    private void field(FieldNode field) {
        if (field.name.equals("$assertionsDisabled")) {
            findings.add(owner, "assert");
        }
        if (is(field.access, Opcodes.ACC_VOLATILE)) {
            findings.add(owner, "volatile field " + field.name);
        }
        if (is(field.access, Opcodes.ACC_TRANSIENT)) {
            findings.add(owner, "transient field " + field.name);
        }
        if (is(owner.access, Opcodes.ACC_INTERFACE) && field.value == null) {
            findings.add(owner, "interface field " + field.name + " is not a primitive constant");
        }
        Type type = Type.getType(field.desc);
        Types.unsupported(type).ifPresent(bad -> findings.add(owner, bad + " field " + field.name));
        names.check(type, null);
    }

    private void method(MethodNode method) {
        modifiers(method);
        signature(method, Type.getReturnType(method.desc), "result");
        for (Type parameter : Type.getArgumentTypes(method.desc)) {
            signature(method, parameter, "parameter");
        }
        if (method.localVariables != null) {
            int parameters = Type.getArgumentsAndReturnSizes(method.desc) >> 2;
            int first = is(method.access, Opcodes.ACC_STATIC) ? parameters - 1 : parameters;
            method.localVariables.stream().filter(l -> l.index >= first).forEach(this::local);
        }
    }

    private void signature(MethodNode method, Type type, String role) {
        int line = new Code(method).firstLine();
        String of = " " + role + " of " + method.name;
        Types.unsupported(type).ifPresent(bad -> findings.add(owner, line, bad + of));
        names.check(type, method.instructions.getFirst());
        if (is(owner.access, Opcodes.ACC_PUBLIC)
                && is(method.access, Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED)
                && names.isPackagePrivate(type)) {
            findings.add(owner, line, "package-private" + of + ", which other packages see");
        }
    }

    private void modifiers(MethodNode method) {
        int line = new Code(method).firstLine();
        if (is(method.access, Opcodes.ACC_SYNCHRONIZED)) {
            findings.add(owner, line, "synchronized method " + method.name);
        }
        if (is(method.access, Opcodes.ACC_NATIVE)) {
            findings.add(owner, line, "native method " + method.name);
        }
        if (is(method.access, Opcodes.ACC_STRICT)) {
            findings.add(owner, line, "strictfp method " + method.name);
        }
        if (is(method.access, Opcodes.ACC_VARARGS)) {
            findings.add(owner, line, "variable number of arguments of " + method.name);
        }
        if (is(owner.access, Opcodes.ACC_INTERFACE)
                && !is(method.access, Opcodes.ACC_ABSTRACT)
                && !method.name.equals("<clinit>")) {
            findings.add(owner, line, "interface method " + method.name + " with a body");
        }
    }

    private void local(LocalVariableNode local) {
        Types.unsupported(Type.getType(local.desc))
                .ifPresent(bad -> findings.add(owner, local.start, bad + " local variable " + local.name));
    }

    private static boolean is(int access, int flag) {
        return (access & flag) != 0;
    }
}

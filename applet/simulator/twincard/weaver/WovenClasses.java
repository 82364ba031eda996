package twincard.weaver;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;

/** Which classes become {@link twincard.simulator.Woven}, and how their fields are numbered. */
final class WovenClasses {
    private static final Set<String> OF_JCARDSIM = Set.of("javacard/framework/AID", "javacard/framework/OwnerPIN");
    private static final List<String> PACKAGES_OF_JCARDSIM =
            List.of("javacard/security/", "javacardx/crypto/", "com/licel/jcardsim/crypto/");

    private final Map<String, ClassNode> ofApplet = new HashMap<>();

    /**
     * @param fields the fields of an object that the class itself declares, by name
     * @param first the number of the first of them
     */
    record Layout(List<FieldNode> fields, int first) {}

    void addOfApplet(byte[] bytes) {
        ClassNode type = node(new ClassReader(bytes));
        ofApplet.put(type.name, type);
    }

    /** Of a class that stays as it is: no fields. */
    Layout layout(ClassReader type) throws IOException {
        String name = type.getClassName();
        boolean stays = (type.getAccess() & Opcodes.ACC_INTERFACE) != 0 || !isWoven(name);
        return stays ? new Layout(List.of(), 0) : new Layout(fields(node(type)), count(type.getSuperName()));
    }

    private int count(String name) throws IOException {
        int count = 0;
        for (String at = name; isWoven(at);) {
            ClassNode type = ofApplet.containsKey(at) ? ofApplet.get(at) : load(at);
            count += fields(type).size();
            at = type.superName;
        }
        return count;
    }

    private boolean isWoven(String name) {
        if (ofApplet.containsKey(name) || OF_JCARDSIM.contains(name)) {
            return true;
        }
        return PACKAGES_OF_JCARDSIM.stream().anyMatch(name::startsWith);
    }

    private static List<FieldNode> fields(ClassNode type) {
        List<FieldNode> fields = new ArrayList<>(type.fields);
        fields.removeIf(field -> (field.access & Opcodes.ACC_STATIC) != 0);
        fields.sort(Comparator.comparing(field -> field.name));
        return fields;
    }

    private static ClassNode load(String name) throws IOException {
        try (InputStream in = ClassLoader.getSystemResourceAsStream(name + ".class")) {
            return node(new ClassReader(in));
        }
    }

    private static ClassNode node(ClassReader reader) {
        ClassNode node = new ClassNode();
        reader.accept(node, ClassReader.SKIP_CODE);
        return node;
    }
}

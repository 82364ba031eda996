package twincard.subset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;

/**
 * The classes an applet may name: its own, and those in the packages that every Java Card 3.0.4 has
 * (java.lang, javacard.framework, javacard.security, javacardx.crypto) and javacardx.apdu, which is
 * optional.
 */
final class Library {
    private static final String API = "javacard-3.0.4.txt";

    /**
     * A class or interface: its direct supertypes, its members as name and descriptor, and those of its methods that
     * are neither public, protected, private nor static.
     */
    private record Entry(boolean isPublic, List<String> supertypes, Set<String> members, Set<String> hidden) {}

    private static final int SEEN =
            Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED | Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC;

    private final Map<String, Entry> entries = new HashMap<>();

    /** Reads the API list: a class and its supertypes on a line, its members indented below it. */
    Library() {
        try (InputStream in = Library.class.getResourceAsStream(API);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            Set<String> members = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("  ")) {
                    members.add(line.strip());
                } else if (!line.startsWith("#")) {
                    String[] names = line.split(" ");
                    members = new HashSet<>();
                    List<String> supertypes = Arrays.asList(names).subList(1, names.length);
                    entries.put(names[0], new Entry(true, supertypes, members, Set.of()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the applet's own classes. */
    void add(Collection<ClassNode> classes) {
        for (ClassNode node : classes) {
            List<String> supertypes = new ArrayList<>(node.interfaces);
            supertypes.add(node.superName);
            Set<String> members = new HashSet<>();
            node.fields.forEach(f -> members.add(field(f.name, f.desc)));
            node.methods.forEach(m -> members.add(method(m.name, m.desc)));
            Set<String> hidden = new HashSet<>();
            node.methods.stream()
                    .filter(m -> (m.access & SEEN) == 0)
                    .forEach(m -> hidden.add(method(m.name, m.desc)));
            boolean isPublic = (node.access & Opcodes.ACC_PUBLIC) != 0;
            entries.put(node.name, new Entry(isPublic, supertypes, members, hidden));
        }
    }

    static String field(String name, String descriptor) {
        return name + " " + descriptor;
    }

    static String method(String name, String descriptor) {
        return name + descriptor;
    }

    boolean hasClass(String internalName) {
        return entries.containsKey(internalName);
    }

    boolean isPackagePrivate(String internalName) {
        return hasClass(internalName) && !entries.get(internalName).isPublic;
    }

    /** Whether a class has a member or inherits it. */
    boolean hasMember(String internalName, String member) {
        Entry entry = entries.get(internalName);
        return entry != null
                && (entry.members.contains(member)
                        || entry.supertypes.stream().anyMatch(above -> hasMember(above, member)));
    }

    /** The superclass from which a class inherits a package-private method; empty for its own and for others. */
    Optional<String> hiddenAbove(String internalName, String method) {
        Entry entry = entries.get(internalName);
        if (entry == null || entry.members.contains(method)) {
            return Optional.empty();
        }
        return entry.supertypes.stream().flatMap(above -> hiddenIn(above, method).stream()).findFirst();
    }

    private Optional<String> hiddenIn(String internalName, String method) {
        Entry entry = entries.get(internalName);
        boolean hidden = entry != null && entry.hidden.contains(method);
        return hidden ? Optional.of(internalName) : hiddenAbove(internalName, method);
    }

    /** Whether a field of that name, whatever its type, is in a class or inherited by it. */
    boolean hasField(String internalName, String name) {
        Entry entry = entries.get(internalName);
        return entry != null
                && (entry.members.stream().anyMatch(member -> member.startsWith(name + " "))
                        || entry.supertypes.stream().anyMatch(above -> hasField(above, name)));
    }
}

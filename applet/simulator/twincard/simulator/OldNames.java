package twincard.simulator;

import java.lang.reflect.Array;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what an earlier version of the applet has named. A name is the first path to an object; when the applet's
 * classes change, another path may come first, but most of the old ones still lead there. Where a field was moved or
 * renamed, its old path comes in here, or old cards would lose what it holds.
 */
final class OldNames {
    private static final String AUTHORITY = "applet.generation.export.block.authority";
    private static final String PARTS = AUTHORITY + ".log.parts";
    /** Old path, new path; the longer path first where one begins with another. */
    private static final String[][] MOVED = {
        {AUTHORITY + ".blindness", PARTS + ".blind"},
        {AUTHORITY + ".parts.channel.keys.key", PARTS + ".channel.keys.key128"},
        {AUTHORITY + ".parts.channel.scp03.session.cmac", PARTS + ".channel.scp03.session.mac"},
        {AUTHORITY + ".parts", PARTS},
    };

    private final Names names;

    OldNames(Names names) {
        this.names = names;
    }

    /** Today's name of an object, or of a field, whose name ends with "="; null where there is no such thing now. */
    String today(String name) {
        if (!name.endsWith("=")) {
            return names.of(follow(name));
        }
        int field = name.lastIndexOf('.');
        String owner = names.of(follow(name.substring(0, field)));
        return owner == null ? null : owner + name.substring(field);
    }

    private Object follow(String path) {
        for (String[] moved : MOVED) {
            String old = moved[0];
            if (path.equals(old) || path.startsWith(old + ".")) {
                return walk(moved[1] + path.substring(old.length()));
            }
        }
        return walk(path);
    }

    /** Compiled when there is an old name at all. */
    private static final class Step {
        static final Pattern PATTERN = Pattern.compile("\\.([^.\\[]+)|\\[([0-9]+)\\]");
    }

    private Object walk(String path) {
        int start = path.indexOf('.');
        Object at = start < 0 ? null : names.find(path.substring(0, start));
        Matcher step = Step.PATTERN.matcher(path);
        for (int end = start; at != null && end < path.length(); end = step.end()) {
            if (!step.find(end) || step.start() != end) {
                return null;
            }
            at = step.group(1) != null ? field(at, step.group(1)) : element(at, Integer.parseInt(step.group(2)));
        }
        return at;
    }

    private static Object field(Object owner, String name) {
        for (Class<?> type = owner.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (CardField field : Fields.of(type)) {
                if (field.name().equals(name) && !field.type().isPrimitive()) {
                    return field.get(owner);
                }
            }
        }
        return null;
    }

    private static Object element(Object array, int i) {
        return array instanceof Object[] && i < Array.getLength(array) ? Array.get(array, i) : null;
    }
}

package twincard.simulator;

/**
 * What the weaver makes of every class whose fields the simulator keeps: an object that hands out its own fields, since
 * Java's reflection takes long to begin with each. The names are none that the applet could use by chance.
 *
 * <p>The fields of an object are counted from the topmost woven class down, those of one class by name.
 */
public interface Woven {
    Object twincard$get(int index);

    /** Final fields are out of reach. */
    void twincard$set(int index, Object value);
}

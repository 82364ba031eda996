package twincard.subset;

/** Something in a class that the Java Card converter would refuse, or a 3.0.4 card would lack. */
record Finding(String place, int line, String construct) implements Comparable<Finding> {

    /** {@code class:line construct}, without the line where a class file does not tell it. */
    @Override
    public String toString() {
        return place + (line > 0 ? ":" + line : "") + " " + construct;
    }

    @Override
    public int compareTo(Finding other) {
        int byPlace = place.compareTo(other.place);
        int byLine = byPlace != 0 ? byPlace : Integer.compare(line, other.line);
        return byLine != 0 ? byLine : construct.compareTo(other.construct);
    }
}

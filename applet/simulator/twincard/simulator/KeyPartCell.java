package twincard.simulator;

import com.licel.jcardsim.crypto.ByteContainer;
import java.nio.ByteBuffer;

/** One part of a persistent key. */
final class KeyPartCell implements Cell {
    private final ByteContainer part;

    KeyPartCell(ByteContainer part) {
        this.part = part;
    }

    private record Content(byte[] storage, short length) {}

    @Override
    public Object copy(Names names) {
        return new Content(part.storage(), part.length());
    }

    @Override
    public void restore(Object copy) {
        Content content = (Content) copy;
        part.load(content.storage, content.length);
    }

    @Override
    public void encode(ByteBuffer out, Names names) {
        out.putShort(part.length()).put(part.storage());
    }

    @Override
    public boolean decode(ByteBuffer in, Names names) {
        short length = in.getShort();
        byte[] storage = new byte[in.remaining()];
        in.get(storage);
        part.load(storage, length);
        return true;
    }
}

import com.licel.jcardsim.base.Simulator;
import com.licel.jcardsim.base.SimulatorRuntime;
import com.licel.jcardsim.utils.AIDUtil;
import javacard.framework.AID;
import javacard.framework.Applet;
import java.util.Arrays;
import java.util.HexFormat;

/** APDU/s of the applet in jCardSim itself, without our simulator: {@code CLASS AID COUNT APDU}. */
final class InProcess {
    private static final int SW_DONE = 0x9000;

    private InProcess() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
        Class<? extends Applet> applet = Class.forName(arguments[0]).asSubclass(Applet.class);
        AID aid = AIDUtil.create(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        byte[] apdu = HexFormat.of().parseHex(arguments[3]);

        Simulator simulator = new Simulator(new SimulatorRuntime());
        byte[] parameters = parameters(arguments[1]);
        simulator.installApplet(aid, applet, parameters, (short) 0, (byte) parameters.length);
        simulator.selectApplet(aid);
        time(simulator, apdu, count);
        System.out.println(Math.round(count / time(simulator, apdu, count)));
    }

    /** As a card manager gives them: AID, control information, application data, each after its length. */
    private static byte[] parameters(String aid) {
        String transportKey = "8020" + "00".repeat(32);
        return HexFormat.of().parseHex(sized(aid) + sized("00") + sized(transportKey));
    }

    private static String sized(String hex) {
        return String.format("%02X", hex.length() / 2) + hex;
    }

    private static double time(Simulator simulator, byte[] apdu, int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            byte[] answer = simulator.transmitCommand(apdu);
            byte[] sw = Arrays.copyOfRange(answer, answer.length - 2, answer.length);
            if (((sw[0] & 0xFF) << 8 | sw[1] & 0xFF) != SW_DONE) {
                throw new IllegalStateException(HexFormat.of().formatHex(answer));
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }
}

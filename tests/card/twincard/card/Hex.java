package twincard.card;

/** Bytes from hexadecimal vectors of standards, spaces allowed. */
final class Hex {
    private Hex() {}

    static byte[] bytes(String hex) {
        String digits = hex.replaceAll("\\s", "");
        byte[] out = new byte[digits.length() / 2];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return out;
    }
}

package twincard.card;

/** BER-TLV tags of templates; the data objects inside them are numbered from 80 where they are used. */
interface Tag {
    byte FCP = 0x62;
    byte FCI = 0x6F;
    byte AID = (byte) 0x84;
    byte PROPRIETARY = (byte) 0xA5;
    byte KEY_AGREEMENT = (byte) 0xA6;
    byte CONTROL_REFERENCE = (byte) 0xAC;
    byte REPORT = (byte) 0xE0;
    byte TICKET = (byte) 0xE1;
    byte EXPORT = (byte) 0xE2;
    byte RECEIPT = (byte) 0xE3;
    byte USED_SLOTS = (byte) 0xE4;
}

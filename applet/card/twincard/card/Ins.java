package twincard.card;

/** Instruction bytes: ISO's in class 00, ours in class 80. */
interface Ins {
    byte VERIFY = 0x20;
    byte MANAGE_SECURITY_ENVIRONMENT = 0x22;
    byte CHANGE_REFERENCE_DATA = 0x24;
    byte PERFORM_SECURITY_OPERATION = 0x2A;
    byte RESET_RETRY_COUNTER = 0x2C;
    byte ACTIVATE = 0x44;
    byte GENERATE_KEY_PAIR = 0x46;
    byte EXTERNAL_AUTHENTICATE = (byte) 0x82;
    byte GET_CHALLENGE = (byte) 0x84;
    byte SELECT = (byte) 0xA4;
    byte READ_BINARY = (byte) 0xB0;
    byte GET_RESPONSE = (byte) 0xC0;
    byte GET_DATA = (byte) 0xCA;
    byte UPDATE_BINARY = (byte) 0xD6;
    byte CREATE_FILE = (byte) 0xE0;
    byte DELETE_FILE = (byte) 0xE4;
    byte TERMINATE_CARD_USAGE = (byte) 0xFE;

    byte PERSONALISE = 0x02;
    byte BEGIN_GROUP = 0x10;
    byte SET_COMPONENT = 0x12;
    byte CLEAR_GROUP = 0x14;
    byte GET_TICKET = 0x20;
    byte EXPORT_KEY = 0x22;
    byte IMPORT_KEY = 0x24;
    byte CONFIRM_EXPORT = 0x26;
    byte CANCEL_TICKET = 0x28;
    byte ABANDON_EXPORT = 0x2A;
    byte TRANSCODE = 0x30;
    byte CHECK = 0x32;
    byte WRAP = 0x34;
    byte UNWRAP = 0x36;
    byte KEEP = 0x38;
    byte PUT_CONTACT = 0x40;
    byte DELETE_CONTACT = 0x42;
    byte GET_CONTACT = 0x44;
}

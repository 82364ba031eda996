/**
 * Simulated cards: runs the compiled applet in jCardSim, with real transactions, a power supply that tests can cut, and
 * a state file.
 *
 * <p>{@code java -jar simulator.jar run (--state FILE | --memory) [--lab] [--applet CLASS] [--chip CHIP]
 * [--requests FILE] [--answers FILE]} serves one card by frames, read from and written to these files, such as
 * {@code /dev/fd/3}, or else standard input and output: length N in four bytes, big-endian, then N bytes: an
 * operation (a status in answers), then its payload.
 *
 * <pre>
 * 01 RESET     power off and on; without a card too                        answer to reset
 * 02 APDU      command, short or extended; at T=0 a TPDU: header, P3, and the data that
 *              the reader has to send                                             data, SW1 SW2
 * 20 INSTALL   application data of the install parameters; or before it, when the
 *              first byte is 05 to 10: length of the instance AID, AID            nothing
 * 21 REMOVE    nothing: deletes the applet, if there is one                       nothing
 * 22 KEEP      bytes that the host keeps on the card for its card manager         nothing
 * 23 KEPT      nothing                                                     those bytes, or none
 *
 * only with --lab:
 * 10 SNAPSHOT  nothing                                                     number of the snapshot (4 bytes)
 * 11 RESTORE   number      persistent memory as it was, then power off and on, no cut chosen      nothing
 * 12 CUT       k (4 bytes): power fails at the k-th persistent write from now; 0: never           nothing
 * 13 WRITES    nothing: persistent writes since the last 12 or 13          count (4 bytes)
 * 14 SIZES     nothing     persistent, transient (reset), transient (deselect), largest transaction: 4 bytes each
 * 15 FAULTS    nothing     every fault so far, UTF-8: see Card.faults
 * 16 DROP      number      forgets a snapshot                              nothing
 * 17 IMAGE     nothing     all persistent bytes
 * 18 OPERATIONS nothing    what the chip did since the last 18, 4 bytes each, in the order of Counts.Kind
 * 19 PEAKS     nothing     deepest stack and largest transaction since the last 19: 4 bytes each
 * 1A ENGINES   nothing     how many engines there are, 4 bytes each, in the order of Engine
 *
 * status 00 done; 01 the power was cut inside this command; 02 no power until RESET; 7F failure:
 * its code (1 byte, see Failure), and each of its values in UTF-8 after its length (2 bytes)
 * </pre>
 *
 * <p>CHIP says what a new card lacks, see Chip. A card in a file keeps its applet and its chip.
 *
 * <p>{@code several [--requests FILE --answers FILE]} serves several cards, see SeveralCards.
 *
 * <p>A frame has 1 to 131,072 bytes.
 *
 * <p>Exit codes: 0 when the requests end; with one sentence on standard error, and a last answer that tells the
 * failure even where nothing was asked, 3 when another process uses the card, else 2.
 */
package twincard.simulator;

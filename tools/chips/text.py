"""The sentences of docs/chips.md."""

INTRODUCTION = """\
# Real chips

`make chips` writes this page. It compares what {all} cards support and how long they take, as other
people measured it ([source](#source)), with what the applet needs. This page shows the {recent}
cards that certainly have Java Card 3.0.4 or later. `twincard chips` shows the same at the terminal,
or one chip in full, and with `--all` also older chips.

**None of these chips has been tried with twincard yet**, and neither has any other physical card.
The table shows what follows from measurements of single operations. A real card may behave
differently. If you have one, `twincard card report` describes it, and
[real-card.md](real-card.md#report-your-card) says where to send the report.

A question mark does not mean no: it means that nobody tested it, or that the test ended in an
error. Of the chips that have RSA or P-256:
"""

REACH = """\
*Base functions* are duplication in base mode, opening files and recovery, with RSA or P-256. A chip
that does not *generate its own key* can use keys, and can be the backup of another chip. The NoECC
and EMV variants are configured not to generate RSA keys, although the hardware could. *Host-blind
mode* needs P-256 with plain ECDH, and ECDSA with SHA-256.

The base build runs with {base} bytes of transient memory, the full build with {full}. Another
{keks} hold the AES-128 and AES-192 keys that some old mail needs; the applet omits them if there is
no room, and also the hash functions of such mail. Engine objects come [on top](#engine-objects).
The objects of the applet take {base_objects} and {full_objects} bytes of persistent memory with the
default numbers of files and contacts; the install parameters can reduce that. The code ([its
size](performance.md#what-each-build-takes)) takes the place of the test applet, which was on the
card when its free memory was read. The largest transaction writes {transaction} bytes. If less
memory was free, the answer is a question mark, because there is more without the test applet.

These chips do not certainly run the base functions:
"""

ENGINES = """\
## Engine objects

On most chips, ciphers, digests, signatures and key agreements take transient memory of their own
when they are created. This was recorded for {measured} of the {candidates} chips with RSA or P-256,
or for a chip of the same model. The table shows the bytes that each engine takes, and what the
engines of the two builds take together. That includes SHA-1, SHA-384 and SHA-512, which the applet
omits if memory runs out. *A key* is what a transient key takes beyond 16 bytes. For all other chips
this is not known. They count like the chip whose engines take most. If that is more than they have,
the answer is a question mark.
"""

CHANGES = """\
## What changed the counts

How many of the chips with RSA or P-256 certainly have each feature: in version 1.1 of the
interface; with only the memory and the transactions of this version; with engine objects counted
too; and without the chips that in every test refused to compute with RSA-2048 without padding,
which the self-test of a new key detects.
"""

TIMES = """\
*memory*: for the full build.

## How long it takes

For the chips that were timed ({timed} of them, some only in part): the operations of each flow,
counted on simulated cards, at the speed of the chip. The time is for both cards together, from
power-up to the end, with the PIN verified. Times are ranges, because much is not known; `≥` means
that something small was not timed, `?` that a private operation was not. The time to generate an
RSA key is separate: it is the mean of ten, and one can take ten times as long as another. \\* marks
timings whose measurement was disturbed.

![Times of decryption and duplication](chips.svg)
"""

CAVEATS = """\
*Stack* is the deepest stack of any command, in bytes, counted by the frames of the bytecode: two
bytes for each local variable and each place of a method's own stack, and eight to return. It does
not include what the card's own code takes below and above. *Transaction* is what the largest
transaction writes. The simulated card refuses more than 384 and 128 bytes, the defaults of the
reference implementation.

Array stores are elements that the applet's own code sets one by one. Most come from the software
check that a point is on the curve, which the applet does because it cannot rely on any chip to do
it. Their number varies a little from run to run.

## How to read it

- The numbers are not market shares: some models appear many times, others once.
- "Yes" means that the chip provided the algorithm when asked for it, not that it computed with it;
  only key pairs were really generated.
- The lower end of a time assumes that ciphers and hashes take time in proportion to their bytes,
  and that transmission takes none. The upper end adds one operation of 256 bytes for each use, and
  for each APDU the shortest time of an empty one, reader and computer included. Random numbers and
  writes were timed at two sizes on some chips; for these, the estimate is a line through both.
- Neither end includes the time of the applet's own code, because nobody has measured how fast chips
  run it. It can take seconds if points are checked.
- ECDSA was timed with SHA-1 over 256 bytes. Its verification was not timed: we assume at least the
  shorter of ECDH and signature, and at most twice the longer. Writes were timed on the same bytes
  again and again, which many chips skip.
- On SECORA and SPA cards the empty APDU includes the clean-up after a reset, so nothing is known
  about transmission.
- Taisys cards offered RSA without padding and 2,048-bit keys, and ended every timing of them with
  ILLEGAL_VALUE. Other cards did so in some tests and worked in others, so the answer is a question
  mark. On a card that cannot compute with such a key, GENERATE and IMPORT KEY refuse it, and leave
  no key.
- ACOSJ cards say that data begin at 7 in every command (`getOffsetCdata`); the applet does not rely
  on it.
- Some facts come from the source code, not from the table: every chip from 3.0.4 on with RSA
  without padding has RSA-2048 key objects, SHA-512 and SHA-384 are either both present or both
  absent, and SHA-1, AES-128 and AES-192 were present wherever they were tested. Nobody has recorded
  whether a chip refuses points off the curve; the applet finds out.
"""

SIMULATED = """\
## Simulate a chip

`twincard sim new NAME --chip MODEL` makes a card that lacks the same algorithms and has the same
memory, with the build that fits. Features that nobody has tested are absent, unless you give
`--with-unknown`. `pytest --chip MODEL` runs the tests on such cards, and `make test-chips` on five
chips that differ as much as possible.
"""

SOURCE = """\
## Source

[crocs-muni/jcalgtest_results](https://github.com/crocs-muni/jcalgtest_results), commit 76b01cf
(2026-06-22), MIT licence, (c) 2021 CRoCS. P. Svenda, R. Kvasnovsky, I. Nagy, A. Dufka:
*JCAlgTest: Robust identification metadata for certified smartcards*, SECRYPT 2022, pp. 597-604,
[doi 10.5220/0000163500003283](https://doi.org/10.5220/0000163500003283). The tables are in
[host/twincard/chips/data](../host/twincard/chips/data), with its licence and what was left out.
"""

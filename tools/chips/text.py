"""The sentences of docs/chips.md."""

INTRODUCTION = """\
# Real chips

Written by `make chips`. What {all} cards of other people's measurements support and how long they
take ([source](#source)), held against what the applet needs. Here are the {recent} of them that
have Java Card 3.0.4 or later for certain; `twincard chips` tells the same at the terminal, of one
chip in full, and `--all` of older ones too.

**None of these chips has been tried with twincard yet**: no physical card of any kind has. The
table says what follows from measurements of single operations, and a real card may surprise. If you
have one, `twincard card report` describes it, and [real-card.md](real-card.md#report-your-card)
says where the report goes.

A question mark is not a no: it was not tested, or the test ended in an error. Of the chips that
have RSA or P-256:
"""

REACH = """\
*Base functions* are duplication in base mode, opening files and recovery, with RSA or P-256. A
chip that does not *make its key itself* uses keys, and can be the backup of another chip: the
NoECC and EMV variants make no RSA keys by configuration, not for want of silicon. *Host-blind
mode* wants P-256 with plain ECDH, and ECDSA with SHA-256.

The base build runs with {base} bytes of transient memory, the full build with {full}; {keks} more
also hold the AES-128 and AES-192 keys that some old mail wants, which are left out where there is
no room, like the hash functions of such mail. Engine objects come [on top](#engine-objects). The
objects of the applet take {base_objects} and {full_objects} bytes of persistent memory with the
default numbers of files and contacts (the install parameters make it less); the code ([its
size](performance.md#what-each-build-takes)) takes the place of the test's own applet, which was
on the card when its free memory was read. The largest transaction writes {transaction} bytes. Where
less was free it is a question mark, since without the test's applet there is more.

Not among those that run the base functions for certain:
"""

ENGINES = """\
## Engine objects

Ciphers, digests, signatures and key agreements take transient memory of their own on most chips
when they are made. It was recorded for the {measured} of the {candidates} chips with RSA or P-256
that are below, or for one of their model; here are the bytes that each engine takes, and what those
of the two builds take together, SHA-1, SHA-384 and SHA-512 included, without which the applet does
where the memory ends. A key is what a transient key takes beyond 16 bytes. Of other chips it is not
known: they count as the chip does on which engines take most, and where that is more than there is,
the answer is a question mark.
"""

CHANGES = """\
## What changed the counts

How many of the chips with RSA or P-256 certainly have each feature: in version 1.1 of the
interface; with the memory and the transactions of this version alone; with engine objects counted
too; and without those that refused, in every test, to compute with RSA-2048 without padding, which
the self-test of a new key finds out.
"""

TIMES = """\
*memory*: for the full build.

## How long it takes

For the chips that were timed ({timed} of them, some in part): the operations of each flow,
counted on simulated cards, at the chip's own speed, both cards together, from power-up to the
end, the PIN verified. Ranges, since much is not known; `≥` where something small was not timed,
`?` where a private operation was not. The making of an RSA key is told apart: it is the mean of
ten, and one takes ten times as long as another. \\* has timings whose measurement was disturbed.

![Times of decryption and duplication](chips.svg)
"""

CAVEATS = """\
*Stack* is the deepest one of any command, in bytes, by the bytecode's own frames: two bytes for
each local variable and each place of a method's own stack, and eight to return. What the card's own
code takes below and above that is not in it. *Transaction* is what the largest one writes. The
simulated card refuses more than 384 and 128 bytes, which is what the reference implementation has
unless it is told otherwise.

Array stores are elements that the applet's own code sets one by one; most are made by the check
that a point lies on the curve, in software, which no chip can be trusted to do. Their number
varies a little from run to run.

## What to make of it

- It is no share of the market: some models are there many times, others once.
- "Yes" says that the chip gave the algorithm when it was asked for, not that it was computed;
  only key pairs were really made.
- The lower end of a time takes ciphers and hashes as proportional to their bytes and no time for
  the way; the upper end adds one operation of 256 bytes for each use, and for each APDU the least
  time of an empty one, reader and computer included. Random numbers and writes were timed at two
  sizes on some chips: there they are a line through both.
- The time of the applet's own code is in neither end, since nobody has measured how fast chips
  run it. It can be seconds where points are checked.
- ECDSA was timed with SHA-1 over 256 bytes. Its verification was not: it is taken as at least the
  shorter of ECDH and signature, and at most twice the longer. Writes were timed on the same bytes
  again and again, which many chips skip.
- On SECORA and SPA cards the empty APDU holds their clean-up after a reset, so nothing is known
  of the way.
- Taisys cards gave RSA without padding and 2,048-bit keys, and ended every timing of them with
  ILLEGAL_VALUE; other cards did so in some tests and worked in others, so it is a question mark. On
  a card that computes with no such key, GENERATE and IMPORT KEY refuse it, and leave no key.
- ACOSJ cards say that data begin at 7 in every command (`getOffsetCdata`); the applet does not rely
  on it.
- Some things are known from the source, not from the table: every chip from 3.0.4 on with RSA
  without padding has RSA-2048 key objects, SHA-512 comes and goes with SHA-384, and SHA-1,
  AES-128 and AES-192 were there wherever they were asked for. Whether a chip refuses points off
  the curve nobody has recorded; the applet finds out.
"""

SIMULATED = """\
## A simulated card like it

`twincard sim new NAME --chip MODEL` makes a card that lacks the same algorithms and has the same
memory, with the build that fits; what is not known is missing, unless `--with-unknown` is given.
`pytest --chip MODEL` runs the tests on such cards, `make test-chips` on five that differ as much
as chips do.
"""

SOURCE = """\
## Source

[crocs-muni/jcalgtest_results](https://github.com/crocs-muni/jcalgtest_results), commit 76b01cf
(2026-06-22), MIT licence, (c) 2021 CRoCS. P. Svenda, R. Kvasnovsky, I. Nagy, A. Dufka:
*JCAlgTest: Robust identification metadata for certified smartcards*, SECRYPT 2022, pp. 597-604,
[doi 10.5220/0000163500003283](https://doi.org/10.5220/0000163500003283). The tables are in
[host/twincard/chips/data](../host/twincard/chips/data), with its licence and what was left out.
"""

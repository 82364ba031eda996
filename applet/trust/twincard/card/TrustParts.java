package twincard.card;

/** All that a full card has beyond the base. */
final class TrustParts extends Parts {}

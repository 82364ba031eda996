package twincard.card;

/** What host-blind mode adds to tickets, key blocks and receipts; the base knows base mode only. */
class Blindness {}

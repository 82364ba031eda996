package com.licel.jcardsim.crypto;

import java.security.SecureRandom;

/** Takes the place of jCardSim's class of this name, which is not seeded and so gives every card the same numbers. */
class SecureRandomNullProvider extends SecureRandom {
    private static final long serialVersionUID = 1;
}

"""What commands share: options, prompts, output, errors, and opening the cards."""

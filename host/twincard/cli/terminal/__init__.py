"""What commands share: options, prompts, output, errors, the cards in their readers."""

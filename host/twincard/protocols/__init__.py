"""What takes two cards, or a card and files: issue, duplicate, recover. No printing, no prompts."""

"""What every room stands on: the language of sentences, private files, words of the system."""

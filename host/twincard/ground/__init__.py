"""What every other package uses: the language of sentences, private files, words of the system."""

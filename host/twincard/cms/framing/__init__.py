"""From a stream of bytes to the parts of a CMS message, and back."""

"""The card manager of a simulated blank card: what loads, installs and deletes its applet.

It follows the GlobalPlatform Card Specification 2.3.1, and its Amendment D for SCP03. Nothing of
the host's own side is used (twincard.globalplatform, twincard.iso), so that each checks the other.
`card` is the connection, `domain` the issuer security domain, `scp03` its secure channel,
`commands` how commands are taken apart, `loading` what load files hold, `state` what is kept.
"""

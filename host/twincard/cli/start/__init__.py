"""`twincard start`, the guided set-up.

It asks questions (`asking`), plans commands from the answers (`plan`), and runs them in this
process (`running`), each after showing it.
"""

"""`twincard start`: questions (`asking`), then the commands that they come to (`plan`), each shown
before it runs in this process (`running`)."""

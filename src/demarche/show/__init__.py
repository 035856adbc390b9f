"""The front: terminal, report and command line."""

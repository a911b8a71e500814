"""`python -m forecourt`, the same as the command `forecourt`."""

from forecourt.faces.cli.main import main

if __name__ == "__main__":
    main()

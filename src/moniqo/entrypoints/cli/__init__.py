"""The command line: `moniqo NOUN VERB`."""


def main() -> None:
    """Run the command that the arguments name; ends the process with its exit code."""
    from moniqo.entrypoints.cli.root import moniqo

    moniqo()

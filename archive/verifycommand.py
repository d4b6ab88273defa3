"""The command that checks the archive against itself."""

import click

from archive.commands import App
from archive.output import format_option, to_json, write_rows


@click.command()
@format_option
@click.pass_obj
def verify(app: App, output: str) -> int:
    """Check every capture, every article and the index; exit status 5 when something is damaged."""
    import sys
    from dataclasses import asdict

    from archive.verify import verify as prove

    terminal = sys.stderr.isatty()

    def progress(done: int) -> None:
        if terminal:
            click.echo(f"\r\x1b[K{done} captures checked", nl=False, err=True)

    proof = prove(app.archive(), on_progress=progress)
    if terminal:
        click.echo("\r\x1b[K", nl=False, err=True)
    if output == "json":
        click.echo(to_json(asdict(proof)))
    else:
        write_rows([asdict(damage) for damage in proof.damaged], output)
    missing, extra = len(proof.index["missing"]), len(proof.index["extra"])
    click.echo(
        f"{proof.captures} captures, {proof.articles} articles, {len(proof.damaged)} damaged; "
        + (f"{proof.taken_down} captures taken down; " if proof.taken_down else "")
        + f"index: {missing} missing, {extra} too many",
        err=output != "table",
    )
    return 5 if proof.damaged or missing or extra else 0

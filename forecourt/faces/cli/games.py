"""`forecourt games`: chance that anybody can recompute."""

import sys

import click

# games are imported inside the commands: their tables need Django set up, which `--help` must not wait for


@click.group()
def games() -> None:
    """Lucky draws and wheels: recompute them."""


@games.command()
@click.argument("code")
def verify(code: str) -> None:
    """Recompute a lucky draw, or every past day of a wheel, from seed and list; exit 1 where anything differs."""
    from forecourt.games import queries
    from forecourt.games.values import GameKind

    game = queries.game(queries.game_id(code))
    if game.rules.kind is GameKind.QUIZ:
        raise click.ClickException(f"{code} is a quiz: no chance is in it.")
    is_right = _draw(game.id) if game.rules.kind is GameKind.DRAW else _wheel(game.id)
    click.echo("Everything agrees." if is_right else "Something differs.")
    if not is_right:
        sys.exit(1)


def _draw(game_id: int) -> bool:
    from forecourt.games import queries

    found = queries.protocol(game_id)
    if found is None:
        for _day, commitment, committed_at in queries.commitments(game_id):
            click.echo(f"committed  {commitment}  {committed_at:%F %R}")
        click.echo("The list is not frozen yet.")
        return True
    frozen = found.frozen
    _line("seed committed", found.commitment)
    _line("seed", found.seed or "not revealed yet", found.seed_fits)
    _line("list", f"{frozen.list_hash}  {frozen.tickets:,} tickets, {frozen.holders:,} holders", found.list_fits)
    _line("tickets of the list", f"{frozen.tickets:,}", found.tickets_fit)
    _line("public text", frozen.entropy or "none")
    _line("winners", f"{len(found.drawn):,}" if frozen.drawn_at else "not drawn yet", found.winners_fit)
    for one in found.drawn[:100]:
        click.echo(f"  {one.prize} {one.place}: ticket {one.ticket}, counter {one.counter}")
    if len(found.drawn) > 100:
        click.echo(f"  and {len(found.drawn) - 100:,} more")
    if found.reserves:
        _line("reserves", f"{len(found.reserves):,}, {len(found.passed):,} stepped in", found.reserves_fit)
    tickets = {one.win_id: one.ticket for one in (*found.drawn, *found.passed)}
    for one in found.passed[:100]:
        before = tickets.get(one.in_place_of) if one.in_place_of else None
        click.echo(f"  {one.prize} {one.place}: reserve {one.reserve}, ticket {one.ticket}, for ticket {before}")
    for text in found.passing_faults:
        _line("passed on", text, False)
    return found.is_right


def _wheel(game_id: int) -> bool:
    from forecourt.games import queries

    is_right = True
    for one in queries.audit_days(game_id):
        audit = queries.spin_audit(game_id, one.day)
        if audit is None:
            if one.spins:
                click.echo(f"{one.day}  {one.spins:,} spins so far; the seed is told when the day is over")
            continue
        day_is_right = audit.seed_fits and not audit.wrong and not audit.gaps
        is_right = is_right and day_is_right
        _line(
            str(one.day),
            f"{len(audit.spins):,} spins, {audit.wrong} wrong, {audit.gaps} players with gaps",
            day_is_right,
        )
    return is_right


def _line(what: str, said: str, is_right: bool | None = None) -> None:
    mark = "" if is_right is None else "ok  " if is_right else "NO  "
    click.echo(f"{what:<20} {mark}{said}")

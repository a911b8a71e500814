"""How the demonstration's members are enrolled."""

from decimal import Decimal

from forecourt.connectors.demo import fuel
from forecourt.connectors.demo.values import Chain, Member
from forecourt.customers.values import IdentityKind, NewCustomer, NewIdentity, NewVehicle, Usage


def new_customer(member: Member, chain: Chain) -> NewCustomer:
    """A member as a customer to enrol, at the home station and in the moment of joining."""
    return NewCustomer(
        name=member.name,
        kind=member.kind,
        identities=tuple(
            NewIdentity(kind=kind, value=value)
            for claim in member.claims
            for kind, value in (
                (IdentityKind.PHONE, claim.phone),
                (IdentityKind.CARD, claim.card),
                (IdentityKind.WECHAT, claim.wechat),
            )
            if value
        ),
        vehicles=tuple(
            NewVehicle(
                plate=car.plate,
                usage=Usage(car.usage),
                grade=car.grade,
                tank=None if car.grade == fuel.CHARGE else Decimal(car.tank),
                model=car.model,
            )
            for car in member.cars
        ),
        tags=member.tags,
        station=chain.sites[member.home].new.code,
        joined_at=member.joined,
        birthday=member.birthday,
    )

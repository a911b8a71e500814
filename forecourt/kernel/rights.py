"""Which role may do what: every folder states its own in `permissions.ROLES` and grants them when it is loaded."""

from collections.abc import Iterable, Mapping

_by_role: dict[str, set[str]] = {}


def grant(roles: Mapping[str, Iterable[str]]) -> None:
    """Add a folder's {permission: roles that have it}."""
    for permission, holders in roles.items():
        for role in holders:
            _by_role.setdefault(role, set()).add(permission)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """All permissions of somebody with these roles."""
    return frozenset().union(*(_by_role.get(role, set()) for role in roles))

"""Who acts: a member of staff, an API key, the system itself. Every command takes one as its first argument."""

from forecourt.kernel.problems import NotAllowed
from forecourt.kernel.values import Value
from forecourt.kernel.words import say as _


class Actor(Value):
    """Somebody with permissions, on all stations or on some.

    `kind` is "staff", "key" or "system"; `stations` holds the station ids in scope, None meaning all of them.
    """

    kind: str
    id: int = 0
    name: str
    permissions: frozenset[str] = frozenset()
    stations: frozenset[int] | None = None
    everything: bool = False

    def may(self, permission: str) -> bool:
        return self.everything or permission in self.permissions

    def require(self, permission: str) -> None:
        """NotAllowed unless this actor has the permission."""
        if not self.may(permission):
            raise NotAllowed(
                _("%(name)s lacks the permission %(permission)s; ask head office to grant it.")
                % {"name": self.name, "permission": permission}
            )

    def may_everywhere(self, permission: str) -> bool:
        """Whether this actor may do for all stations what holds for all of them."""
        return self.stations is None and self.may(permission)

    def require_everywhere(self, permission: str) -> None:
        """NotAllowed unless this actor has the permission, and for all stations: what is done holds for all of them."""
        self.require(permission)
        self.require_all_stations()

    def require_all_stations(self) -> None:
        """NotAllowed unless this actor works for all stations."""
        if self.stations is not None:
            raise NotAllowed(
                _(
                    "%(name)s has access to some stations only, and this holds for all; ask somebody who works for all of them."
                )
                % {"name": self.name}
            )

    def may_at(self, station_id: int) -> bool:
        return self.stations is None or station_id in self.stations

    def require_station(self, station_id: int, code: str = "") -> None:
        """NotAllowed unless the station is in this actor's scope."""
        if not self.may_at(station_id):
            raise NotAllowed(
                _("%(name)s has no access to station %(code)s.") % {"name": self.name, "code": code or station_id}
            )

    @property
    def label(self) -> str:
        """How audit and ledgers name this actor, "staff:E017"."""
        return f"{self.kind}:{self.name}"


SYSTEM = Actor(kind="system", name="forecourt", everything=True)

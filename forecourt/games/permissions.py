ROLES: dict[str, set[str]] = {}

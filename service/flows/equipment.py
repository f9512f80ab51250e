"""The register of devices."""

from registry.acts import equipment
from registry.rules.roles import Actor
from service.runtime import Runtime


def add_shredder(runtime: Runtime, actor: Actor, name: str, place: str, shred_level: str) -> int:
    """Register a shredder under its certified class, ``P-1`` to ``P-7``; return its id."""
    with runtime.deed(actor, "equipment.add", "registry") as session:
        return equipment.add_shredder(session, name, place, shred_level, actor=actor, now=runtime.now())

"""Flask-free stories: each takes the runtime and the actor, calls acts inside transactions, and does slow work outside."""

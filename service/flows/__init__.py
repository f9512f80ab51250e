"""Flask-free stories: each takes the runtime and the actor, calls acts in transactions, does slow work outside."""

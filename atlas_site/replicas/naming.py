"""What replicas are called in the settings, in figures and in logs: by number, never by address. Pure."""

PRIMARY = "default"
REPLICA = "replica-"

"""People (人员): invitations, rights given and taken, second factors, one-time links."""

"""HTTP: `routes` is the table, one file a resource, `security` what every request passes first."""

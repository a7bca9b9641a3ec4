"""Who inspects what and when: years by month, days by route."""

"""Three doors (pages, api, cli) onto one corridor (flows), and what a flow may touch."""

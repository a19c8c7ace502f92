"""The web page of `newshouse explore`: queries, charts and sections, as a live or static page."""

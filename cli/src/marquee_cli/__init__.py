"""marquee_cli."""

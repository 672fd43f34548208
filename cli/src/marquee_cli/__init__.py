"""The `marquee` command: runs, measures and breaks the whole system; the only code that may import every service."""

"""The `webapi` link: the web service inside an unmodified T3000.exe (docs/t3000.md 8)."""

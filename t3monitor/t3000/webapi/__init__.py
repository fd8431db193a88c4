"""The `webapi` link: the web service inside an unmodified T3000.exe (reference, section 5.1)."""

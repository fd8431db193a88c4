"""What several panes use: theme, icons, texts, names, notices."""

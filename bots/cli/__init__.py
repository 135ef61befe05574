"""The command line: one file per subcommand. English, for operators and editors at a terminal."""

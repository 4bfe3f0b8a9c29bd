"""What every room may use: optional packages, Markdown tables, what a saved model carries to the Hub."""

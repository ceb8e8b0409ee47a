"""Reports: model values as a person reads them, in a terminal, in a pull request, or as JSON; English and Chinese."""

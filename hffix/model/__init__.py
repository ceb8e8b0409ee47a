"""What hffix talks about: frozen values and pure functions, without input or output and without a clock."""

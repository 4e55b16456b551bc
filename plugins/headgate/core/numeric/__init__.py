"""Numbers: the modules of the core that know NumPy and SciPy. Gates import them in the function that needs them."""
